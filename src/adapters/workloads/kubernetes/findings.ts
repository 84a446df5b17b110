import { capital, list } from "../../../core/messages/context.ts";
import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at in a cluster, beside its objects, which have names of their own. */
export const subjects = phrases(
  "kubernetes-subject",
  {
    rights: (namespace: string) => `rights in namespace ${namespace}`,
    right: (resource: string, namespace: string) => `${resource} in namespace ${namespace}`,
    namespace: (name: string) => `namespace ${name}`,
    serviceOf: (deployment: string) => `Service of ${deployment}`,
    image: (service: string, image: string) => `${service}: image ${image}`,
    images: () => "images",
    made: () => "what serin has made in the cluster",
    madeOf: (kind: string) => `${kind}s that serin has made`,
  },
  {
    rights: (namespace) => `droits dans le namespace ${namespace}`,
    right: (resource, namespace) => `${resource} dans le namespace ${namespace}`,
    namespace: (name) => `namespace ${name}`,
    serviceOf: (deployment) => `Service de ${deployment}`,
    image: (service, image) => `${service}\u202f: image ${image}`,
    images: () => "images",
    made: () => "ce que serin a créé dans le cluster",
    madeOf: (kind) => `${kind} que serin a créés`,
  },
);

/** A kind of object that an old cluster does not know, and what is then not copied for the canary. */
export type LackingApi = "autoscaling/v2" | "policy/v1";

const copied = {
  en: { "autoscaling/v2": "autoscalers", "policy/v1": "disruption budgets" },
  fr: { "autoscaling/v2": "autoscalers", "policy/v1": "budgets d’interruption" },
};
const rbac = {
  en: (namespace: string) => `Apply deploy/kubernetes/rbac.yaml to the namespace ${namespace}`,
  fr: (namespace: string) => `Appliquez deploy/kubernetes/rbac.yaml au namespace ${namespace}`,
};

/** What is found of a cluster and of what serin may do there. */
export const findings = phrases(
  "kubernetes",
  {
    answers: (version: string | null) => `It answers, and runs Kubernetes ${version ?? "of an unknown version"}.`,
    silent: (why: string) => [
      `It cannot be asked: ${sayWhy(why, "en")}.`,
      "Check the connection in the server's file: kubeconfig, context, and that the API server can be reached from here.",
    ],
    lacks: (api: LackingApi) => [
      `It does not know ${api}, so that ${copied.en[api]} are not copied for the canary.`,
      "Use a cluster of version 1.23 or later, or look after the size of the canary yourself.",
    ],
    mayAll: (resources: number) => `serin may do all that it does there (${resources} resources).`,
    may: () => "serin may do all that it does there.",
    mayNot: (verbs: readonly string[], namespace: string) => [
      `serin may not ${verbs.join(", ")} them.`,
      `${rbac.en(namespace)}, for the account that serin runs as.`,
    ],
    namespaceUnread: (why: string, namespace: string) => [`It cannot be looked at: ${sayWhy(why, "en")}.`, `${rbac.en(namespace)}.`],
    noJob: () => ["It is not there, and the plan names it as migration.", "Create it as a pattern, with suspend: true."],
    jobIsPattern: () => "It stands as a pattern for migrations.",
    jobRuns: () => ["It is not suspended: it runs, or has run, by itself.", "Set suspend: true, so that it is a pattern alone."],
    littleRoom: (free: number, needed: number) => [
      `It has room for ${free} more pods; canary and previous at full size need ${needed}.`,
      "Raise it for the time of the release, or set keepPrevious: 0.",
    ],
    noImages: () => [
      "None was looked at: nobody said which shall be released.",
      "Ask again with --set SERVICE=IMAGE, for each service that changes.",
    ],
    notAnImage: () => ["This is no image.", "Write it as the cluster pulls it: host/name:tag, or host/name@sha256:…"],
    hasImage: (registry: string) => `${registry} has it.`,
    lacksImage: (registry: string) => [`${registry} does not have it.`, "Push it, or correct its name."],
    imageUnseen: (why: string) => [
      `Whether it is there cannot be seen from here: ${sayWhy(why, "en")}.`,
      "See that the pods' pull secret fits; whether it can be pulled shows before anybody is exposed.",
    ],
    nothingLeft: () => "Nothing is left over.",
    orphansUnasked: (why: string) => [`It cannot be asked: ${sayWhy(why, "en")}.`, "Check the connection in the server's file."],
    orphansUnread: (why: string, plural: string) => [
      `They cannot be looked for: ${sayWhy(why, "en")}.`,
      `Let serin list ${plural}: deploy/kubernetes/rbac.yaml.`,
    ],
    orphan: (release: string | null, remove: string) => [
      release === null ? "It is of no release." : `It is of release ${release}, which is not under way.`,
      `Look at it, then: ${remove}`,
    ],
  },
  {
    answers: (version) => `Il répond, et tourne sous Kubernetes ${version ?? "d’une version inconnue"}.`,
    silent: (why) => [
      `Impossible de l’interroger\u202f: ${sayWhy(why, "fr")}.`,
      "Vérifiez la connexion dans le fichier du serveur\u202f: kubeconfig, context, et que le serveur d’API est joignable d’ici.",
    ],
    lacks: (api) => [
      `Il ne connaît pas ${api}\u202f: les ${copied.fr[api]} ne sont pas copiés pour le canari.`,
      "Prenez un cluster en version 1.23 ou plus récente, ou veillez vous-même à la taille du canari.",
    ],
    mayAll: (resources) => `serin peut y faire tout ce qu’il y fait (${resources} ressources).`,
    may: () => "serin peut y faire tout ce qu’il y fait.",
    mayNot: (verbs, namespace) => [
      `serin n’a pas le droit ${verbs.join(", ")} sur cette ressource.`,
      `${rbac.fr(namespace)}, pour le compte de serin.`,
    ],
    namespaceUnread: (why, namespace) => [`Impossible de le lire\u202f: ${sayWhy(why, "fr")}.`, `${rbac.fr(namespace)}.`],
    noJob: () => ["Il n’existe pas, et le plan le nomme comme migration.", "Créez-le comme modèle, avec suspend: true."],
    jobIsPattern: () => "Il sert de modèle pour les migrations.",
    jobRuns: () => [
      "Il n’est pas suspendu\u202f: il tourne, ou a tourné, de lui-même.",
      "Écrivez suspend: true, pour qu’il ne soit qu’un modèle.",
    ],
    littleRoom: (free, needed) => [
      `Il y a de la place pour ${free} ${free > 1 ? "pods" : "pod"} de plus\u202f; le canari et la version précédente en pleine taille en demandent ${needed}.`,
      "Augmentez-le le temps de la mise en production, ou écrivez keepPrevious: 0.",
    ],
    noImages: () => [
      "Aucune n’a été vérifiée\u202f: personne n’a dit lesquelles mettre en production.",
      "Demandez de nouveau avec --set SERVICE=IMAGE, pour chaque service qui change.",
    ],
    notAnImage: () => ["Ce n’est pas une image.", "Écrivez-la comme le cluster la demande\u202f: hôte/nom:étiquette, ou hôte/nom@sha256:…"],
    hasImage: (registry) => `${registry} l’a.`,
    lacksImage: (registry) => [`${registry} ne l’a pas.`, "Poussez-la, ou corrigez son nom."],
    imageUnseen: (why) => [
      `Sa présence ne peut pas être vérifiée d’ici\u202f: ${sayWhy(why, "fr")}.`,
      "Vérifiez le secret de téléchargement (pull secret) des pods\u202f; tout défaut se verra avant que quiconque soit exposé.",
    ],
    nothingLeft: () => "Il ne reste rien.",
    orphansUnasked: (why) => [
      `Impossible de l’interroger\u202f: ${sayWhy(why, "fr")}.`,
      "Vérifiez la connexion dans le fichier du serveur.",
    ],
    orphansUnread: (why, plural) => [
      `Impossible de les chercher\u202f: ${sayWhy(why, "fr")}.`,
      `Laissez serin lister ${plural}\u202f: deploy/kubernetes/rbac.yaml.`,
    ],
    orphan: (release, remove) => [
      release === null ? "Il n’est d’aucune mise en production." : `Il est de ${release}, qui n’est pas en cours.`,
      `Examinez-le, puis\u202f: ${remove}`,
    ],
  },
);

const ofSlot = { canary: "du canari", previous: "de la version précédente" };

/** What is found of one service's Deployment and of what stands around it. */
export const deploymentFindings = phrases(
  "kubernetes-deployment",
  {
    runs: (image: string, replicas: number) => `It runs ${image}, ${replicas} replicas.`,
    missing: () => ["It is not there.", "Correct the name in the plan, or create it: serin releases what already runs."],
    isInitContainer: (container: string, example: string) => [
      `"${container}" is one of its init containers.`,
      `Write one of them in the plan: container: ${example}`,
    ],
    noContainer: (container: string, known: readonly string[]) => [
      `It has no container "${container}"; it has ${known.join(", ")}.`,
      `Write one of them in the plan: container: ${known[0] ?? ""}`,
    ],
    imageMoves: (image: string) => [
      `Its image is "${image}", which means another version tomorrow.`,
      "Release images by digest, or by tags that are never moved.",
    ],
    paused: () => ["It is paused: a new image would never be rolled out.", "kubectl rollout resume"],
    scaledToZero: () => ["It is scaled to 0: there is no stable version to compare with.", "Scale it up before the release."],
    recreates: () => [
      "Its strategy is Recreate: previous serves while its image is replaced.",
      "Use RollingUpdate where two versions may run at once: they will.",
    ],
    recreatesAlone: () => [
      "Its strategy is Recreate, and no previous is kept: nobody is served while its image is replaced.",
      "Keep previous for some time, or use RollingUpdate.",
    ],
    imageIsSet: (program: string, manager: string) => [
      `${program} (${manager}) sets its image: it would set it back after a promotion.`,
      `Tell ${program} to leave this field (for Argo CD: ignoreDifferences), or suspend it until the repository says the new image.`,
    ],
    mayShrink: (least: number, replicas: number) => [
      `While people are on the canary it may make stable as small as ${least} of now ${replicas} replicas, and a rollback brings everybody back at once.`,
      `Set its minReplicas to ${replicas} until the release is over.`,
    ],
    volumeShared: () => [
      "Its pods mount a persistent volume, which the canary will mount too.",
      "Make sure that both versions may write to it, and that it can be mounted by pods of several nodes.",
    ],
    portsShared: () => [
      "Its pods take ports of their node: on the same node there is no room for the canary.",
      "Do without hostPort and hostNetwork, or have free nodes.",
    ],
    noService: (why: string) => [`${capital(sayWhy(why, "en"))}.`, "Write service: NAME in the plan's workload, or create one."],
    noPort: (why: string) => [`${capital(sayWhy(why, "en"))}.`, "Write port: NUMBER or its name in the plan's workload."],
    answersAt: (url: string) => `Stable answers at ${url}.`,
    slotTaken: (slot: "canary" | "previous") => [`It is not serin's, and stands where the ${slot} would.`, "Rename or delete it."],
    slotServiceTaken: (slot: "canary" | "previous") => [
      `It is not serin's, and stands where that of the ${slot} would.`,
      "Rename or delete it.",
    ],
    several: (service: string) => [
      `It is several services of the plan, ${service} among them.`,
      "Make them one service, or two Deployments.",
    ],
  },
  {
    runs: (image, replicas) => `Il tourne avec ${image}, ${replicas} ${replicas > 1 ? "réplicas" : "réplica"}.`,
    missing: () => ["Il n’existe pas.", "Corrigez le nom dans le plan, ou créez-le\u202f: serin met en production ce qui tourne déjà."],
    isInitContainer: (container, example) => [
      `«\u00a0${container}\u00a0» est l’un de ses init containers.`,
      `Écrivez l’un des autres dans le plan\u202f: container: ${example}`,
    ],
    noContainer: (container, known) => [
      `Il n’a pas de conteneur «\u00a0${container}\u00a0»\u202f; il a ${list(known, "fr")}.`,
      `Écrivez l’un d’eux dans le plan\u202f: container: ${known[0] ?? ""}`,
    ],
    imageMoves: (image) => [
      `Son image est «\u00a0${image}\u00a0», qui désignera demain une autre version.`,
      "Désignez les images par leur empreinte (digest), ou par des étiquettes que personne ne déplace.",
    ],
    paused: () => ["Il est en pause\u202f: une nouvelle image ne serait jamais déployée.", "kubectl rollout resume"],
    scaledToZero: () => [
      "Il est réduit à 0\u202f: il n’y a pas de version stable à qui comparer.",
      "Rendez-lui ses réplicas avant la mise en production.",
    ],
    recreates: () => [
      "Sa stratégie est Recreate\u202f: la version précédente sert pendant que son image est remplacée.",
      "Prenez RollingUpdate là où deux versions peuvent tourner ensemble\u202f: ce sera le cas.",
    ],
    recreatesAlone: () => [
      "Sa stratégie est Recreate, et aucune version précédente n’est gardée\u202f: personne n’est servi pendant que son image est remplacée.",
      "Gardez la version précédente quelque temps, ou prenez RollingUpdate.",
    ],
    imageIsSet: (program, manager) => [
      `${program} (${manager}) fixe son image\u202f: il la remettrait après une généralisation.`,
      `Dites à ${program} de laisser ce champ (pour Argo CD\u202f: ignoreDifferences), ou suspendez-le jusqu’à ce que le dépôt dise la nouvelle image.`,
    ],
    mayShrink: (least, replicas) => [
      `Pendant que des personnes sont sur le canari, il peut réduire la version stable à ${least} des ${replicas} réplicas actuels, et un retour arrière ramène tout le monde d’un coup.`,
      `Mettez son minReplicas à ${replicas} jusqu’à la fin de la mise en production.`,
    ],
    volumeShared: () => [
      "Ses pods montent un volume persistant, que le canari montera aussi.",
      "Assurez-vous que les deux versions peuvent y écrire, et que des pods de plusieurs nœuds peuvent le monter.",
    ],
    portsShared: () => [
      "Ses pods prennent des ports de leur nœud\u202f: le canari n’a pas de place sur le même nœud.",
      "Passez-vous de hostPort et de hostNetwork, ou ayez des nœuds libres.",
    ],
    noService: (why) => [`${capital(sayWhy(why, "fr"))}.`, "Écrivez service: NOM dans le workload du plan, ou créez-en un."],
    noPort: (why) => [`${capital(sayWhy(why, "fr"))}.`, "Écrivez port: NUMÉRO ou son nom dans le workload du plan."],
    answersAt: (url) => `La version stable répond à ${url}.`,
    slotTaken: (slot) => [`Il n’est pas de serin, et occupe la place ${ofSlot[slot]}.`, "Renommez-le ou supprimez-le."],
    slotServiceTaken: (slot) => [`Il n’est pas de serin, et occupe la place de celui ${ofSlot[slot]}.`, "Renommez-le ou supprimez-le."],
    several: (service) => [`Il est plusieurs services du plan, dont ${service}.`, "Faites-en un seul service, ou deux Deployments."],
  },
);
