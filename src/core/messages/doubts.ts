import type { ByLanguage } from "./context.ts";
import { list, quote } from "./context.ts";
import { sayClosed } from "./when.ts";
import type { Closed } from "./when.ts";

/** What is doubtful in a plan, and what to write instead; each a sentence or two. */
export interface Said {
  readonly message: string;
  readonly remedy: string;
}

/** A day and a time of day as people write them: "2025-08-19" and "14:00". */
export interface Opening {
  readonly day: string;
  readonly time: string;
}

/** The sentences of lint's doubts; every argument that is text is said already, in the same language, or is the plan's own. */
interface Doubts {
  plannedDay(at: { readonly day: string; readonly weekday: string; readonly closed: Closed | null; readonly opens: Opening | null }): Said;
  startClosed(at: { readonly moment: string; readonly closed: Closed; readonly opens: Opening | null }): Said;
  startMisfit(at: { readonly moment: string; readonly because: string; readonly opens: Opening | null }): Said;
  totalTwice(at: { readonly phases: readonly string[]; readonly sum: string; readonly last: string; readonly write: string }): Said;
  totalDiffers(at: { readonly claimed: string; readonly takes: string; readonly write: string }): Said;
  windowLate(at: {
    readonly takes: Takes;
    readonly by: string;
    readonly byLongest: string | null;
    readonly write: string;
    readonly closes: string;
  }): Said;
  windowThenClosed(at: { readonly closed: string; readonly from: string; readonly write: string | null }): Said;
  betweenLines(at: {
    readonly gate: string;
    readonly guard: string;
    readonly from: string;
    readonly to: string;
    readonly write: string;
  }): Said;
  images(at: { readonly automatic: string; readonly ready: string; readonly write: string }): Said;
  twoMeanings(at: { readonly metric: string; readonly source: string; readonly category: string; readonly page: string }): Said;
  /** `below` and `above`: the bounds on both sides, `null` where there is none. */
  latencyBound(at: {
    readonly source: string;
    readonly below: string | null;
    readonly above: string | null;
    readonly line: string;
    readonly write: string;
    readonly bounds: string;
  }): Said;
  comparisonEnds(): Said;
  previousNotKept(): Said;
  noLease(router: string): Said;
  notSticky(router: string): Said;
  noRootRoute(): Said;
  metricUnused(name: string): Said;
  roleNotHeld(at: { readonly environment: string; readonly roles: string; readonly file: string }): Said;
  signersTooFew(at: { readonly environment: string; readonly roles: string; readonly file: string }): Said;
  adapterMissing(at: { readonly port: Port; readonly kind: string; readonly has: string }): Said;
  connectionUnchecked(at: { readonly port: Port; readonly names: readonly string[] }): Said;
}

type Port = "sources" | "routers" | "workloads" | "notifiers";

/** How long the phases take, and with every extension; `null`: there are none. */
export interface Takes {
  readonly shortest: string;
  readonly longest: string | null;
}

const portsInEnglish: Readonly<Record<Port, string>> = {
  sources: "metric source",
  routers: "router",
  workloads: "workloads",
  notifiers: "notifier",
};
const portsInFrench: Readonly<Record<Port, string>> = {
  sources: "source de métriques",
  routers: "routeur",
  workloads: "workloads",
  notifiers: "canal de notification",
};

const en: Doubts = {
  plannedDay: ({ day, weekday, closed, opens }) => ({
    message: `${day} is a ${weekday}, and no release may start on that day${closed === null ? "" : ` (${sayClosed(closed, "en")})`}.`,
    remedy: opens === null ? "Leave some time open in windows." : `Write plannedFor: ${opens.day}; it may start there from ${opens.time}.`,
  }),
  startClosed: ({ moment, closed, opens }) => ({
    message: `On ${moment} no release may start (${sayClosed(closed, "en")}).`,
    remedy: opens === null ? "Leave some time open in windows." : `Start it on ${opens.day} from ${opens.time}.`,
  }),
  startMisfit: ({ moment, because, opens }) => ({
    message: `Started on ${moment}, the plan does not fit: ${because}.`,
    remedy: opens === null ? "Leave more time open in windows." : `Start it on ${opens.day} at ${opens.time}.`,
  }),
  totalTwice: ({ phases, sum, last, write }) => ({
    message: `${phases.join(" + ")} are ${sum} already: “+ ${last}” counts the last phase, which is the validation, twice.`,
    remedy: `Write estimated: ${write}.`,
  }),
  totalDiffers: ({ claimed, takes, write }) => ({
    message: `The phases take ${takes}, and ${claimed} is said.`,
    remedy: `Write estimated: ${write}, or change the phases.`,
  }),
  windowLate: ({ takes, by, byLongest, write, closes }) => ({
    message: [
      `The plan takes ${takesInEnglish(takes)}: it ends inside this window only when it starts by ${by}`,
      `${byLongest === null ? "" : ` (${byLongest} with its extensions)`}.`,
    ].join(""),
    remedy: `Write "${write}": prefer says when a release may start, and then it ends by ${closes}.`,
  }),
  windowThenClosed: ({ closed, from, write }) => ({
    message: `A release that starts late in this window is still going on at ${from}, when nothing advances (${closed}): it holds there until that is over.`,
    remedy: write === null ? "Begin the window earlier, or leave it out." : `Write "${write}".`,
  }),
  betweenLines: ({ gate, guard, from, to, write }) => ({
    message: `“${gate}” and the guard “${guard}” leave ${from} to ${to} open: there nothing passes and nothing rolls back, so serin holds and asks people.`,
    remedy: `If that is meant, write ${write}; to go back instead, else: rollback.`,
  }),
  images: ({ automatic, ready, write }) => ({
    message: `A rollback within ${automatic} cannot rest on images alone: a roll-out takes as long as new pods need to be ready, here up to ${ready}. So serin moves the traffic first, and the images follow.`,
    remedy: `Write ${write} to say that this is meant.`,
  }),
  twoMeanings: ({ metric, source, category, page }) => ({
    message: `“${metric}” can mean two things: that people can use the product's own dashboard page, or that a monitoring dashboard can be reached. It is read as the first: ${source}, ${category} of ${page}.`,
    remedy: `Write means: "${category} of ${page}" in this metric; for the second, make it a metric of kind probe.`,
  }),
  latencyBound: ({ source, below, above, line, write, bounds }) => ({
    message: `The source "${source}" counts answers ${
      below === null
        ? `up to ${above} at the least, not up to ${line}: none is proven fast`
        : above === null
          ? `up to ${below} at the most, not up to ${line}: none is proven slow`
          : `up to ${below} and up to ${above}, not up to ${line}: what takes between the two is proven neither fast nor slow`
    }.`,
    remedy: `Write "${write}". There are ${bounds}.`,
  }),
  comparisonEnds: () => ({
    message: "This guard ends at 100%: nobody is left on stable to compare with.",
    remedy: 'Write holdback: "1%" to keep it.',
  }),
  previousNotKept: () => ({
    message: "Nothing is kept after promotion: going back is then a roll-out of the old version, not a change of traffic.",
    remedy: 'Write "60m" to keep it that long.',
  }),
  noLease: (router) => ({
    message: `The router ${router} has no lease: if the server dies, people stay where they are.`,
    remedy: "Watch the server, or use a router with a lease.",
  }),
  notSticky: (router) => ({
    message: `The router ${router} is not sticky: people may meet both versions by turns.`,
    remedy: "Use a sticky router.",
  }),
  noRootRoute: () => ({
    message: "No route is for /: a request that no other route takes is answered with 404.",
    remedy: "Add a route for /.",
  }),
  metricUnused: (name) => ({ message: `No gate and no guard uses the metric "${name}".`, remedy: "Use it, or remove it." }),
  roleNotHeld: ({ environment, roles, file }) => ({
    message: `In ${environment} nobody has the role ${roles}, so this waits for ever.`,
    remedy: `Give it to somebody in ${file}.`,
  }),
  signersTooFew: ({ environment, roles, file }) => ({
    message: `In ${environment} there are too few people to approve this: one person counts for one role, and whoever started a release cannot be the only one to approve it.`,
    remedy: `Name somebody else who is ${roles} in ${file}, or write { all: [] } to ask nobody.`,
  }),
  adapterMissing: ({ port, kind, has }) => ({
    message: `This build has no ${portsInEnglish[port]} adapter of kind "${kind}": what depends on it is not checked, and no release of this plan begins.`,
    remedy: `Use one that it has (${has}), or a later version.`,
  }),
  connectionUnchecked: ({ port, names }) => ({
    message: `No server file was read, so nothing is known of the ${portsInEnglish[port]}${names.length > 1 ? "s" : ""} ${names.join(", ")}.`,
    remedy: "Lint with --config serin.yaml.",
  }),
};

const fr: Doubts = {
  plannedDay: ({ day, weekday, closed, opens }) => ({
    message: `Le ${day} est un ${weekday}, et rien ne peut démarrer ce jour-là${closed === null ? "" : ` (${sayClosed(closed, "fr")})`}.`,
    remedy:
      opens === null
        ? "Laissez du temps ouvert dans windows."
        : `Écrivez plannedFor: ${opens.day}\u202f; le démarrage y est possible à partir de ${opens.time}.`,
  }),
  startClosed: ({ moment, closed, opens }) => ({
    message: `Rien ne peut démarrer le ${moment} (${sayClosed(closed, "fr")}).`,
    remedy: opens === null ? "Laissez du temps ouvert dans windows." : `Démarrez le ${opens.day} à partir de ${opens.time}.`,
  }),
  startMisfit: ({ moment, because, opens }) => ({
    message: `Démarré le ${moment}, le plan ne convient pas\u202f: ${because}.`,
    remedy: opens === null ? "Laissez plus de temps ouvert dans windows." : `Démarrez le ${opens.day} à ${opens.time}.`,
  }),
  totalTwice: ({ phases, sum, last, write }) => ({
    message: `${phases.join(" + ")} font déjà ${sum}\u202f: ${quote(`+ ${last}`, "fr")} compte deux fois la dernière phase, qui est la validation.`,
    remedy: `Écrivez estimated: ${write}.`,
  }),
  totalDiffers: ({ claimed, takes, write }) => ({
    message: `Les phases durent ${takes}, et le plan annonce ${claimed}.`,
    remedy: `Écrivez estimated: ${write}, ou changez les phases.`,
  }),
  windowLate: ({ takes, by, byLongest, write, closes }) => ({
    message: [
      `Le plan dure ${takesInFrench(takes)}\u202f: il ne tient dans cette fenêtre que s’il démarre avant ${by}`,
      `${byLongest === null ? "" : ` (${byLongest} avec ses prolongations)`}.`,
    ].join(""),
    remedy: `Écrivez "${write}"\u202f: prefer dit quand un démarrage est possible, et tout est alors fini à ${closes}.`,
  }),
  windowThenClosed: ({ closed, from, write }) => ({
    message: `Un plan démarré tard dans cette fenêtre est encore en cours à ${from}, quand rien n’avance (${closed})\u202f: il y reste suspendu jusqu’à la fin.`,
    remedy: write === null ? "Ouvrez la fenêtre plus tôt, ou retirez-la." : `Écrivez "${write}".`,
  }),
  betweenLines: ({ gate, guard, from, to, write }) => ({
    message: `${quote(gate, "fr")} et le garde-fou ${quote(guard, "fr")} ne disent rien de ${from} à ${to}\u202f: rien n’y est validé et rien n’y revient en arrière, donc serin suspend et demande.`,
    remedy: `Si c’est voulu, écrivez ${write}\u202f; pour revenir en arrière, else: rollback.`,
  }),
  images: ({ automatic, ready, write }) => ({
    message: `Un retour arrière en ${automatic} ne peut pas reposer sur les images seules\u202f: un déploiement dure le temps que les nouveaux pods soient prêts, ici jusqu’à ${ready}. serin déplace donc d’abord le trafic, et les images suivent.`,
    remedy: `Écrivez ${write} pour dire que c’est voulu.`,
  }),
  twoMeanings: ({ metric, source, category, page }) => ({
    message: `${quote(metric, "fr")} a deux sens possibles\u202f: la page tableau de bord du produit est utilisable par tous, ou un tableau de bord de supervision répond. C’est le premier qui est pris\u202f: ${source}, ${category} de ${page}.`,
    remedy: `Écrivez means: "${category} de ${page}" dans cette métrique\u202f; pour le second sens, une métrique de type probe.`,
  }),
  latencyBound: ({ source, below, above, line, write, bounds }) => ({
    message: `La source ${quote(source, "fr")} compte les réponses ${
      below === null
        ? `jusqu’à ${above} au moins, et non jusqu’à ${line}\u202f: aucune n’est prouvée rapide`
        : above === null
          ? `jusqu’à ${below} au plus, et non jusqu’à ${line}\u202f: aucune n’est prouvée lente`
          : `jusqu’à ${below} et jusqu’à ${above}, et non jusqu’à ${line}\u202f: entre les deux, rien n’est prouvé, ni rapide ni lent`
    }.`,
    remedy: `Écrivez "${write}". Il y a ${bounds}.`,
  }),
  comparisonEnds: () => ({
    message: "Ce garde-fou s’arrête à 100\u202f%\u202f: il n’y a plus personne sur la version stable à qui comparer.",
    remedy: 'Écrivez holdback: "1%" pour le garder.',
  }),
  previousNotKept: () => ({
    message:
      "Rien n’est gardé après la généralisation\u202f: revenir demande alors de redéployer l’ancienne version, et non de déplacer le trafic.",
    remedy: 'Écrivez "60m" pour la garder aussi longtemps.',
  }),
  noLease: (router) => ({
    message: `Le routeur ${router} n’a pas de bail\u202f: si le serveur meurt, chacun reste où il est.`,
    remedy: "Surveillez le serveur, ou prenez un routeur avec bail.",
  }),
  notSticky: (router) => ({
    message: `Le routeur ${router} ne garde pas les personnes sur leur version\u202f: elles peuvent voir les deux tour à tour.`,
    remedy: "Prenez un routeur qui les garde.",
  }),
  noRootRoute: () => ({
    message: "Aucune route n’est pour /\u202f: une requête qu’aucune autre ne prend reçoit 404.",
    remedy: "Ajoutez une route pour /.",
  }),
  metricUnused: (name) => ({
    message: `Aucun critère et aucun garde-fou n’utilise la métrique ${quote(name, "fr")}.`,
    remedy: "Utilisez-la, ou retirez-la.",
  }),
  roleNotHeld: ({ environment, roles, file }) => ({
    message: `Dans ${environment}, personne n’a le rôle ${roles}\u202f: l’attente serait sans fin.`,
    remedy: `Donnez-le à quelqu’un dans ${file}.`,
  }),
  signersTooFew: ({ environment, roles, file }) => ({
    message: `Dans ${environment}, trop peu de personnes peuvent donner cet accord\u202f: une personne compte pour un seul rôle, et qui a démarré une mise en production ne peut pas être seul à l’approuver.`,
    remedy: `Nommez quelqu’un d’autre (${roles}) dans ${file}, ou écrivez { all: [] } pour ne demander à personne.`,
  }),
  adapterMissing: ({ port, kind, has }) => ({
    message: `Cette version de serin n’a pas d’adaptateur (${portsInFrench[port]}) de type ${quote(kind, "fr")}\u202f: ce qui en dépend n’est pas vérifié, et ce plan ne peut pas démarrer.`,
    remedy: `Prenez-en un qu’elle a (${has}), ou une version plus récente.`,
  }),
  connectionUnchecked: ({ port, names }) => ({
    message: `Aucun fichier de serveur n’a été lu\u202f: rien n’est su de ${list(names, "fr")} (${portsInFrench[port]}).`,
    remedy: "Vérifiez avec --config serin.yaml.",
  }),
};

function takesInEnglish({ shortest, longest }: Takes): string {
  return longest === null ? shortest : `${shortest}, ${longest} with its extensions`;
}

function takesInFrench({ shortest, longest }: Takes): string {
  return longest === null ? shortest : `${shortest}, ${longest} avec ses prolongations`;
}

/** The sentences of lint's doubts. */
export const doubts: ByLanguage<Doubts> = { en, fr };
