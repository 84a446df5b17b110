import type { ErrorCode } from "../errors.ts";

/** Title and remedy of every error in French; the codes, and what they promise, are those of `errorKinds`. */
export const frenchErrors: Readonly<Record<ErrorCode, { readonly title: string; readonly remedy: string }>> = {
  "body-malformed": { title: "Le corps de l’appel n’est pas du JSON", remedy: "Envoyez un objet JSON en UTF-8." },
  "body-invalid": { title: "La demande n’a pas la bonne forme", remedy: "Corrigez chaque endroit que nomme `errors`." },
  "body-too-large": { title: "La demande est trop grande", remedy: "Envoyez au plus 2 Mio\u202f; un plan a au plus 1 Mio." },
  "media-type": { title: "Le corps de l’appel n’est pas annoncé comme du JSON", remedy: "Envoyez `Content-Type: application/json`." },
  "query-invalid": { title: "Les paramètres n’ont pas la bonne forme", remedy: "Corrigez chaque paramètre que nomme `errors`." },
  "key-missing": {
    title: "La clé d’idempotence manque ou est trop longue",
    remedy: "Envoyez `Idempotency-Key` avec 1 à 200 caractères imprimables, les mêmes à chaque essai du même appel.",
  },
  "key-reused": {
    title: "La clé d’idempotence a servi à autre chose",
    remedy: "Prenez une nouvelle clé pour un nouvel appel.",
  },
  "plan-invalid": {
    title: "Le plan a des erreurs",
    remedy: "Corrigez chaque endroit que nomme `problems`\u202f; `serin plan lint` les trouve sans serveur.",
  },
  "versions-invalid": {
    title: "Les versions ne vont pas avec le plan",
    remedy: "Donnez une version à chaque service du plan, et à aucun autre\u202f; au moins une est nouvelle.",
  },
  "stable-unknown": {
    title: "La version stable n’est pas connue",
    remedy: "Nommez-la (`--stable SERVICE=VERSION`), ou démarrez-la d’abord (`serin stable start`).",
  },
  "stable-elsewhere": {
    title: "La version stable ne tourne pas sur cette machine",
    remedy:
      "Déployez-y la version stable par ses propres moyens\u202f; seules les charges de travail de type `process` sont démarrées ici.",
  },
  "stable-not-ready": {
    title: "La version stable n’a pas été prête à temps",
    remedy: "Lisez ce que dit chaque service, corrigez et demandez de nouveau\u202f; ce qui a été démarré continue d’essayer.",
  },
  "token-missing": {
    title: "Aucun jeton n’a été donné",
    remedy:
      "Envoyez `Authorization: Bearer JETON`\u202f; en ligne de commande, `--token-file` ou SERIN_TOKEN\u202f; dans un navigateur, connectez-vous.",
  },
  "token-unknown": {
    title: "Le jeton n’est pas connu",
    remedy:
      "Prenez le jeton d’une personne dans tokens.json du dossier de données du serveur, ou créez-en un pour une machine (`serin token create`).",
  },
  "signature-wrong": {
    title: "L’appel n’est pas signé comme il le devrait",
    remedy: "Comparez `signingSecret` de la connexion avec celui de l’application, et l’horloge du serveur avec l’heure.",
  },
  "signature-used": { title: "L’appel est déjà venu", remedy: "Il n’y a rien à faire\u202f: il a agi la première fois." },
  "session-over": {
    title: "La session est terminée",
    remedy: "Connectez-vous de nouveau, ou ouvrez le tableau de bord par un nouveau lien (`serin link`).",
  },
  "link-unknown": {
    title: "Le lien n’ouvre rien",
    remedy: "Demandez-en un nouveau (`serin link`)\u202f: chacun sert une fois, dans les dix minutes.",
  },
  "session-other": {
    title: "Quelqu’un d’autre est connecté ici",
    remedy:
      "Restez qui vous êtes, sauf si vous attendiez ce lien\u202f: ce que vous ferez ensuite sera fait sous l’autre nom. Le lien n’a pas servi.",
  },
  "person-unknown": {
    title: "Il n’y a personne de ce nom",
    remedy: "Écrivez le nom comme dans le journal et les réglages (`serin session list`).",
  },
  "origin-wrong": {
    title: "L’appel vient de la page de quelqu’un d’autre",
    remedy:
      "Utilisez le tableau de bord à l’adresse du serveur\u202f; quand un proxy change l’adresse, nommez-la dans le fichier du serveur (`publicUrl`).",
  },
  "too-many-tries": {
    title: "Trop d’appels n’ont rien donné",
    remedy: "Attendez le temps que dit `Retry-After`, puis revenez avec un jeton, un lien, une session ou un rôle qui convient.",
  },
  "role-missing": {
    title: "Cette personne n’a pas le rôle qu’il faut",
    remedy: "Demandez à quelqu’un qui a l’un des rôles que nomme `needs`.",
  },
  "login-unset": {
    title: "Il n’y a pas de connexion par compte ici",
    remedy:
      "Ouvrez le tableau de bord par un lien (`serin link`), ou nommez votre fournisseur d’identité dans le fichier du serveur (`login`).",
  },
  "login-provider": {
    title: "Le fournisseur d’identité ne répond pas",
    remedy:
      "Réessayez\u202f; si cela dure, comparez `login` dans le fichier du serveur avec le fournisseur, et vérifiez que le serveur peut le joindre.",
  },
  "login-clock": {
    title: "Les horloges du serveur et du fournisseur d’identité diffèrent",
    remedy: "Réglez les deux horloges par NTP, puis reconnectez-vous.",
  },
  "login-refused": {
    title: "La réponse du fournisseur d’identité n’est pas fiable",
    remedy: "Reconnectez-vous\u202f; si cela dure, comparez issuer, client et secret dans le fichier du serveur avec le fournisseur.",
  },
  "login-denied": {
    title: "Le fournisseur d’identité n’a pas laissé entrer cette personne",
    remedy: "Reconnectez-vous en donnant votre accord, ou demandez à la personne qui tient le fournisseur de vous ouvrir serin.",
  },
  "login-over": {
    title: "Cette connexion est terminée",
    remedy: "Recommencez\u202f: une connexion sert une fois, dans les dix minutes, dans le navigateur où elle a commencé.",
  },
  "login-name": {
    title: "Le fournisseur d’identité ne dit pas qui est cette personne",
    remedy:
      "Faites envoyer par le fournisseur l’attribut (claim) que nomme `login.name`, une adresse de courriel comme vérifiée\u202f; voyez docs/access.md.",
  },
  "login-role": {
    title: "Cette personne n’a pas de rôle ici",
    remedy: "Demandez à être dans l’un des groupes que nomme `groups`, ou à être nommé dans le fichier du serveur.",
  },
  "people-only": {
    title: "Seule une personne peut faire cela",
    remedy: "Demandez avec le jeton d’une personne, ou dans le tableau de bord.",
  },
  "name-taken": {
    title: "Une personne porte ce nom",
    remedy: "Donnez à la machine un nom que l’on ne prend pour celui de personne.",
  },
  "token-gone": {
    title: "Il n’y a pas de tel jeton en vigueur",
    remedy: "`serin token list` montre les jetons avec leur id.",
  },
  "release-unknown": {
    title: "Cette mise en production n’existe pas",
    remedy: "`serin release list` montre celles qui existent.",
  },
  "freeze-unknown": {
    title: "Il n’y a pas de tel gel",
    remedy: "`serin freeze list` montre les environnements gelés.",
  },
  "route-unknown": {
    title: "Il n’y a rien à cette adresse",
    remedy: "Comparez la méthode et le chemin avec docs/api.md.",
  },
  "service-busy": {
    title: "Un service est déjà dans une mise en production en cours",
    remedy: "Attendez qu’elle se termine, ou faites-la revenir en arrière.",
  },
  "connection-missing": {
    title: "Le plan a besoin d’une connexion que ce serveur n’a pas",
    remedy: "Ajoutez la connexion au fichier du serveur, ou nommez-en une qu’il a.",
  },
  "start-moment": {
    title: "Aucun démarrage n’est possible à ce moment",
    remedy:
      "Donnez un moment à venir, dans le fuseau du plan, comme 2025-08-19T14:00\u202f; `serin plan when` dit lesquels conviennent au plan.",
  },
  "environment-frozen": {
    title: "L’environnement est gelé",
    remedy: "Un release manager lève le gel quand sa cause a disparu (`serin freeze lift`).",
  },
  "release-active": {
    title: "Une mise en production est en cours sur ces services",
    remedy: "Attendez qu’elle se termine\u202f: c’est elle qui décide quelle version stable tourne.",
  },
  "request-refused": {
    title: "La demande a été refusée",
    remedy: "Lisez pourquoi, regardez la mise en production (`serin release show`), et demandez ce qu’elle attend.",
  },
  "revision-stale": {
    title: "La mise en production a avancé",
    remedy: "Regardez-la de nouveau, et demandez avec la révision que vous voyez alors.",
  },
  "revision-missing": {
    title: "La révision que vous avez vue manque",
    remedy: 'Envoyez `If-Match: "RÉVISION"`\u202f; en ligne de commande, `--expect-revision`.',
  },
  "revision-malformed": {
    title: "La révision n’est pas un nombre entre guillemets",
    remedy: 'Envoyez `If-Match: "12"` pour la révision 12.',
  },
  "too-many-streams": {
    title: "Trop de flux d’événements sont ouverts",
    remedy: "Fermez-en, ou réessayez plus tard.",
  },
  "store-unusable": {
    title: "Le stockage ne peut pas prendre cela maintenant",
    remedy: "Rien n’en a été enregistré\u202f: faites ce que dit `detail`, puis demandez de nouveau avec la même clé.",
  },
  internal: {
    title: "Le serveur a rencontré une erreur",
    remedy: "Cherchez `incident` dans le journal du serveur et signalez-le.",
  },
  "server-unreachable": {
    title: "Le serveur est injoignable",
    remedy: "Démarrez-le (`serin server --data DOSSIER`), ou nommez-le (`--server URL`).",
  },
  "answer-strange": {
    title: "La réponse n’est pas celle de serin",
    remedy: "Vérifiez que `--server` nomme un serveur serin de la même version.",
  },
  "command-mistake": {
    title: "La commande s’est trompée, ou ne sait pas lire la réponse",
    remedy:
      "Prenez la version de serin du serveur (`serin --version` dit celle d’ici, `/api/v1/health` celle du serveur)\u202f; sinon signalez ce qui suit.",
  },
  "token-file-unreadable": {
    title: "Le fichier des jetons est inutilisable",
    remedy: "Nommez tokens.json du dossier de données du serveur, ou un fichier avec un seul jeton (`--token-file FICHIER`).",
  },
  "person-unclear": {
    title: "Le fichier des jetons a plusieurs personnes",
    remedy: "Dites qui demande (`--person NOM`).",
  },
  "input-invalid": { title: "La ligne de commande est erronée", remedy: "`--help` montre ce que prend la commande." },
  "scenario-unseen": {
    title: "Le plan ne peut pas montrer ce scénario",
    remedy:
      "Donnez au plan une telle métrique avec un critère ou un garde-fou, ou nommez un autre scénario (`--scenario all` joue ceux qu’il peut montrer).",
  },
  "line-invalid": {
    title: "Une ligne de l’entrée est erronée",
    remedy: "Corrigez la ligne\u202f; `serin judge --help` montre à quoi elle ressemble.",
  },
  "file-unreadable": {
    title: "Un fichier ne peut pas être lu",
    remedy: "Vérifiez son nom, ses droits et que c’est du texte en UTF-8.",
  },
  "server-file-invalid": { title: "Le fichier du serveur a des erreurs", remedy: "Corrigez chaque endroit nommé." },
  "secret-missing": {
    title: "Un secret est introuvable",
    remedy: "Donnez la variable d’environnement, ou créez le fichier, que nomme le fichier du serveur.",
  },
  "data-unusable": {
    title: "Le dossier de données est inutilisable",
    remedy: "Lisez pourquoi\u202f; arrêtez l’autre processus, ou nommez un autre dossier (`--data DOSSIER`).",
  },
  "tokens-exposed": {
    title: "D’autres peuvent lire le fichier des jetons",
    remedy: "Passez-le en `chmod 600`, et supprimez-le d’abord si quelqu’un a pu le lire\u202f: de nouveaux jetons sont alors créés.",
  },
  "address-unusable": {
    title: "Cette adresse est inutilisable",
    remedy: "Arrêtez le processus qui y écoute, ou nommez une autre adresse de cette machine\u202f; le port 0 en prend un libre.",
  },
  "program-missing": {
    title: "Un programme nécessaire n’est pas installé",
    remedy: "Installez les paquets que nomme le message, ou passez-vous de ce programme.",
  },
  "ended-otherwise": {
    title: "La mise en production s’est terminée autrement qu’attendu",
    remedy: "`serin release why` dit pourquoi.",
  },
};
