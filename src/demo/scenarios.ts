import type { HoldReason } from "../core/status.ts";
import type { End, Proof, Scenario } from "./scenario.ts";
import type { Fault } from "./shop/fault.ts";
import type { Span } from "./weather.ts";

/** The version that everybody has before the first release; it is healthy. */
export const firstVersion = "1";

type Service = "frontend" | "backend";
const everywhere = (fault: (service: Service) => Fault): readonly Fault[] => [fault("frontend"), fault("backend")];
const errors = (span: Span): readonly Fault[] => everywhere((service) => ({ kind: "errors", service, ratio: 0.05, ...span }));
const rolledBack = (by: string, phase: number): End => ({ kind: "rolled-back", by, phase });
const holding = (why: HoldReason["kind"], checks: readonly string[], phase: number): End => ({ kind: "holding", why, checks, phase });
const promoted: End = { kind: "promoted" };
/** Somebody meets one of 20 answers as a 500: people see about three. */
const fewErrors: Proof = { check: "5xx-rate > 1%", truth: 0.05, line: 0.01, unitsPerPerson: 3, harmedRatio: 1 - 0.95 ** 3 };

/** Every scenario, in the order in which all of them are played. A version with faults is named after them: "2-errors". */
export const scenarios: readonly Scenario[] = [
  story("good", "version 2 is as healthy as version 1", { ends: promoted }),
  story("errors", "version 2 answers 5 % of its requests with a 500", {
    faults: errors({ fromPhase: 0 }),
    ends: rolledBack("5xx-rate > 1%", 0),
    proof: fewErrors,
  }),
  story("late-onset", "the same, from the last phase on", {
    faults: errors({ fromPhase: 2 }),
    ends: rolledBack("5xx-rate > 1%", 2),
    hurriesIn: [0, 1],
    proof: fewErrors,
  }),
  story("slow-tail", "20 % of version 2's answers take more than 2 s", {
    faults: everywhere((service) => ({ kind: "slow", service, ratio: 0.2, delayMs: 2_500, fromPhase: 0 })),
    ends: rolledBack("latency p95 > 2s", 0),
    checks: [{ kind: "countdown-shown", is: "countdown" }],
    proof: { check: "latency p95 > 2s", truth: 0.2, line: 0.05, unitsPerPerson: 3, harmedRatio: 1 - 0.8 ** 3 },
  }),
  story("slow-tail-heals", "the same, but for one of the plan's minutes, and of the pages alone", {
    faults: [{ kind: "slow", service: "frontend", ratio: 0.55, delayMs: 2_500, fromPhase: 0, fromMinute: 1, forMinutes: 1 }],
    ends: promoted,
    checks: [{ kind: "countdown-shown", is: "countdown" }, { kind: "countdown-cancelled" }],
    slowdown: 3,
    hurriesIn: [0, 1, 2],
  }),
  story("slow", "a quarter of version 2's answers take 800 ms: between the lines", {
    faults: everywhere((service) => ({ kind: "slow", service, ratio: 0.25, delayMs: 800, fromPhase: 0 })),
    ends: holding("failed", ["1.api-latency"], 0),
  }),
  story("conversion-drop", "version 2 shows the order form to one person in ten", {
    faults: [{ kind: "missing-form", form: "order", keeps: 0.1, fromPhase: 0 }],
    ends: rolledBack("conversion < 50% of stable", 0),
    checks: [{ kind: "countdown-shown", is: "investigation" }],
    proof: { check: "conversion < 50% of stable", truth: 0.03, line: 0.15, unitsPerPerson: 1, harmedRatio: 0.9 },
  }),
  story("conversion-dip", "version 2 shows the order form to four people in five", {
    faults: [{ kind: "missing-form", form: "order", keeps: 0.8, fromPhase: 0 }],
    ends: holding("undecided", ["2.conversion"], 1),
    checks: [{ kind: "names-worst" }],
    hurriesIn: [0],
  }),
  story("trial-dead", "nobody can start a trial with version 2", {
    faults: [{ kind: "missing-form", form: "trial", keeps: 0, fromPhase: 0 }],
    ends: { kind: "stopped", by: "trial-activation < 1.5%", phase: 0 },
    checks: [{ kind: "canary-kept" }],
    proof: { check: "trial-activation < 1.5%", truth: 0, line: 0.015, unitsPerPerson: 1, harmedRatio: 1 },
  }),
  story("pricetruth-low", "version 2 shows three prices in ten wrong: PriceTruth's sources agree with 60 %", {
    faults: [{ kind: "wrong-prices", ratio: 0.3, fromPhase: 0 }],
    ends: holding("failed", ["2.pricetruth-consensus"], 1),
    hurriesIn: [0],
  }),
  story("accessibility", "the dashboard of version 2 has lost its labels, its texts for pictures and its contrast", {
    faults: [{ kind: "unlabelled", fromPhase: 0 }],
    ends: rolledBack("dashboard-accessibility < 95", 0),
  }),
  story("blank-page", "the page of version 2 throws before it shows anything; every answer is a 200", {
    needsEdge: true,
    faults: [{ kind: "blank-page", fromPhase: 0 }],
    ends: rolledBack("browser-errors > 2%", 0),
    proof: { check: "browser-errors > 2%", truth: 1, line: 0.02, unitsPerPerson: 1, harmedRatio: 1 },
  }),
  story("critical", "version 2 meets one fatal error", {
    faults: [{ kind: "fatal", service: "backend", afterAnswers: 30, fromPhase: 0 }],
    ends: rolledBack("3.critical-errors", 0),
  }),
  story("memory-leak", "version 2 keeps 12 MiB more every second, from the second phase on", {
    faults: [{ kind: "leak", service: "backend", mebibytesPerSecond: 12, mostMebibytes: 300, fromPhase: 1 }],
    ends: holding("failed", ["2.memory"], 1),
    hurriesIn: [0],
  }),
  story("cpu", "version 2 uses 95 % of the processor time that it was given, from the second phase on", {
    faults: [{ kind: "burn", service: "backend", ofLimit: 0.95, fromPhase: 1 }],
    ends: holding("failed", ["2.cpu"], 1),
    hurriesIn: [0],
  }),
  story("crash-loop", "version 2 dies as soon as it starts", {
    faults: [{ kind: "dies-at-start", service: "backend", fromPhase: 0 }],
    ends: { kind: "stopped", by: "not-ready", phase: null },
    checks: [{ kind: "nobody-exposed" }],
  }),
  story("skew", "the page of version 2 needs a call that the backend of version 1 does not have", {
    faults: [{ kind: "new-call", fromPhase: 0 }],
    ends: { kind: "stopped", by: "check-failed", phase: null },
    checks: [{ kind: "nobody-exposed" }],
  }),
  story("pricetruth-down", "PriceTruth refuses connections, and all else answers", {
    troubles: [{ kind: "pricetruth-down", from: { phase: 0, minute: 2 }, until: { kind: "over" } }],
    ends: { kind: "halted", by: "pricetruth is down", phase: 0 },
    checks: [{ kind: "frozen-until-lifted" }],
  }),
  story("low-traffic", "only 2 people come a second", {
    peoplePerSecond: 2,
    ends: holding("undecided", [], 0),
    checks: [{ kind: "says-minutes" }],
  }),
  story("shared-incident", "the database spoils 5 % of the answers of both versions for one of the plan's minutes", {
    troubles: [{ kind: "shared-incident", ratio: 0.05, from: { phase: 1, minute: 3 }, until: { kind: "minutes", minutes: 1 } }],
    ends: promoted,
    checks: [{ kind: "held", why: "shared-incident" }, { kind: "not-blamed" }],
    slowdown: 2,
    hurriesIn: [0, 1, 2],
  }),
  story("metrics-outage", "what the edge has counted cannot be read for a while", {
    needsEdge: true,
    troubles: [{ kind: "metrics-outage", from: { phase: 0, minute: 3 }, until: { kind: "held", why: "no-data", minutes: 2 } }],
    ends: promoted,
    checks: [{ kind: "held", why: "no-data" }, { kind: "not-blamed" }],
    hurriesIn: [0, 1, 2],
  }),
  story("mismatch", "the edge's draw is broken: twice as many people meet version 2 as should", {
    edge: "biased",
    needsEdge: true,
    ends: holding("invalid", [], 0),
  }),
  story("router-down", "the edge refuses the controller's calls just before version 2 answers 5 % with a 500", {
    faults: errors({ fromPhase: 0, fromMinute: 2 }),
    troubles: [{ kind: "router-down", from: { phase: 0, minute: 1 }, until: { kind: "lease-over" } }],
    ends: rolledBack("5xx-rate > 1%", 0),
    checks: [{ kind: "lease-returned" }],
    backWithinMs: 31_000,
  }),
  story("controller-killed", "the server is killed with -9 at 50 %, and started again when the edge's lease has run out", {
    troubles: [{ kind: "controller-killed", from: { phase: 1, minute: 2 }, until: { kind: "lease-over" } }],
    ends: promoted,
    checks: [{ kind: "lease-returned" }, { kind: "nothing-lost" }, { kind: "not-blamed" }],
    hurriesIn: [0, 1, 2],
  }),
];

/** The scenarios that the demo plays when none is named: a bad version, then a good one. */
export const usualScenarios: readonly [Scenario, ...Scenario[]] = [named("errors"), named("good")];

function named(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}

/** What is wrong with `version`; empty for a healthy one. Throws for a suffix that names no scenario, so that a typing error is not a healthy version. */
export function faultsOf(version: string): readonly Fault[] {
  const suffix = /^\d+-(.+)$/.exec(version)?.[1];
  if (suffix === undefined) return [];
  const scenario = scenarios.find(({ version: known }) => known === `2-${suffix}`);
  if (scenario === undefined) throw new Error(`the shop has no version "${version}": known suffixes are ${suffixes().join(", ")}`);
  return scenario.faults;
}

function suffixes(): readonly string[] {
  return scenarios.flatMap(({ version }) => (version.startsWith("2-") ? [version.slice(2)] : []));
}

type Told = Partial<Omit<Scenario, "name" | "says" | "version">> & Pick<Scenario, "ends">;

/** A scenario with what it does not say filled in. */
function story(name: string, says: string, told: Told): Scenario {
  return {
    name,
    says,
    version: (told.faults ?? []).length > 0 ? `2-${name}` : "2",
    faults: [],
    troubles: [],
    edge: "fair",
    needsEdge: false,
    checks: [],
    hurriesIn: [],
    peoplePerSecond: null,
    slowdown: 1,
    backWithinMs: 1_000,
    proof: null,
    ...told,
  };
}
