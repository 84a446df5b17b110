import { setTimeout as wait } from "node:timers/promises";
import type { Fact } from "../core/decision.ts";
import type { HoldReason } from "../core/status.ts";
import type { ReleaseView } from "../http/release-view.ts";
import type { ChainedEntry } from "../ports.ts";
import type { Api } from "./api.ts";
import type { CrowdTally } from "./crowd-count.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";
import type { Sightings } from "./story.ts";

/** What a scenario asks for beside its end. */
export type Check =
  /** The last status before the end was told to the people whom the plan names. Always asked for. */
  | { readonly kind: "told" }
  /** The countdown, or the investigation, was shown to people. */
  | { readonly kind: "countdown-shown"; readonly is: "countdown" | "investigation" }
  /** Fresh evidence took the countdown back. */
  | { readonly kind: "countdown-cancelled" }
  /** At some time it held for this reason. */
  | { readonly kind: "held"; readonly why: HoldReason["kind"] }
  /** No guard was breached, and nobody was taken back. */
  | { readonly kind: "not-blamed" }
  /** The canary processes still answer. */
  | { readonly kind: "canary-kept" }
  /** Nobody was ever on the canary. */
  | { readonly kind: "nobody-exposed" }
  /** The next start is refused until the freeze is lifted. */
  | { readonly kind: "frozen-until-lifted" }
  /** An open gate says how many more minutes it needs. */
  | { readonly kind: "says-minutes" }
  /** The open gate names the worst regression that is still possible. */
  | { readonly kind: "names-worst" }
  /** While nobody steered it the edge took everybody to stable by itself. */
  | { readonly kind: "lease-returned" }
  /** What was in the journal when the server was killed is there still. */
  | { readonly kind: "nothing-lost" };

/** All that a check may ask when the release is over. */
export interface Checking {
  readonly scenario: Scenario;
  readonly stage: Stage;
  readonly api: Api;
  readonly planText: string;
  /** As it stood when its end was seen: for one that had to hold, while it held. */
  readonly view: ReleaseView;
  readonly entries: readonly ChainedEntry[];
  readonly sightings: Sightings;
  readonly after: CrowdTally;
}

/** Why `check` does not hold; `null`: it does. */
export async function complaintOf(check: Check, at: Checking): Promise<string | null> {
  switch (check.kind) {
    case "told":
      return told(at);
    case "countdown-shown":
      return at.sightings.countdowns.has(check.is) ? null : `no ${check.is} was shown`;
    case "countdown-cancelled":
      return factsOf(at).some(({ kind }) => kind === "cancelled") ? null : "the countdown was not cancelled";
    case "held":
      return hasHeld(at, check.why) ? null : `it never held because of ${check.why}`;
    case "not-blamed":
      return factsOf(at).some(({ kind }) => kind === "breach") ? "the canary was blamed" : null;
    case "canary-kept":
      return canaryKept(at);
    case "nobody-exposed": {
      const people = at.after.peopleByVersion[at.scenario.version] ?? 0;
      return people === 0 ? null : `${people} people were exposed`;
    }
    case "frozen-until-lifted":
      return frozenUntilLifted(at);
    case "says-minutes":
      return at.view.gates.some(({ moreMs, kind }) => kind === "undecided" && moreMs !== null)
        ? null
        : "no gate says how much longer it takes";
    case "names-worst":
      return at.view.gates.some(({ kind, sentence }) => kind !== "pass" && sentence.includes("worst regression still possible"))
        ? null
        : "no gate names the worst regression that is still possible";
    case "lease-returned":
      return leaseReturned(at);
    case "nothing-lost":
      return nothingLost(at);
  }
}

/** The notice of the status that it ended in, as the server printed it. */
function told({ view, entries, stage }: Checking): string | null {
  const became = entries.findLast(({ entry }) => entry.revision <= view.revision && hasBecome(entry, view));
  const sentence = view.story.find(({ revision }) => revision === became?.entry.revision)?.says[0];
  if (sentence === undefined) return "the journal does not say how it came to its end";
  return stage.server.said().some((line) => line.includes(sentence)) ? null : `nobody was told: ${sentence}`;
}

function hasBecome({ decision }: ChainedEntry["entry"], { status }: ReleaseView): boolean {
  return decision.facts.some((fact) => fact.kind === "became" && fact.status.kind === status.kind);
}

function factsOf({ entries }: Checking): readonly Fact[] {
  return entries.flatMap(({ entry }) => entry.decision.facts);
}

function hasHeld({ entries }: Checking, why: HoldReason["kind"]): boolean {
  return entries.some(({ entry: { decision } }) => decision.status.kind === "holding" && decision.status.why.kind === why);
}

async function canaryKept({ stage, scenario }: Checking): Promise<string | null> {
  const { targets } = await stage.routerSeen();
  const urls = [...targets.matchAll(/canary ([^;\n]*)/g)].flatMap(([, list]) => (list ?? "").split(" ").filter((url) => url !== ""));
  if (urls.length < stage.services.length) return `only ${urls.length} canary addresses are left`;
  for (const url of urls) {
    const answer = await fetch(`${url}/health`).catch(() => null);
    const { version } = ((await answer?.json()) ?? {}) as { readonly version?: string };
    if (version !== scenario.version) return `the canary process at ${url} does not answer any more`;
  }
  return null;
}

async function frozenUntilLifted({ stage, scenario, api, planText, view }: Checking): Promise<string | null> {
  const start = (key: string) =>
    api.startRelease(
      {
        plan: { text: planText, file: "plan.yaml" },
        versions: Object.fromEntries(stage.services.map((service) => [service, scenario.version])),
        reason: "is the environment frozen?",
      },
      `${view.id}-${key}`,
    );
  const refused = await start("frozen").then(
    () => "the next start was not refused",
    (error: unknown) => (error instanceof Error && error.message.includes("frozen") ? null : String(error)),
  );
  if (refused !== null) return refused;
  await api.lift(view.environment, "PriceTruth answers again");
  const { id } = await start("lifted");
  const { revision } = await api.show(id);
  await api.ask(id, { kind: "stop", reason: "it was only asked whether it may start" }, revision);
  for (let looked = 0; looked < 50; looked += 1) {
    if ((await api.show(id)).status.kind === "stopped") return null;
    await wait(100);
  }
  return "the release that was started after the freeze could not be stopped";
}

function leaseReturned({ sightings, after, scenario }: Checking): string | null {
  if (sightings.leaseOverMs === null) return "the edge's lease never ran out";
  const lastMs = after.lastAnswerMs[scenario.version];
  return lastMs === undefined ? "nobody was on the canary before" : null;
}

function nothingLost({ entries, sightings: { journalBefore: entriesBefore } }: Checking): string | null {
  if (entriesBefore.length === 0) return "the journal was not read before";
  const changed = entriesBefore.findIndex(({ hash }, at) => entries[at]?.hash !== hash);
  return changed === -1 ? null : `entry ${changed + 1} of the journal is not what it was`;
}
