import type { Examination } from "../src/adapters/define.ts";
import type { Entry, Fact } from "../src/core/decision.ts";
import type { Language, Plan } from "../src/core/plan.ts";
import type { Reaction } from "../src/core/reactions.ts";
import type { SignOff } from "../src/core/release.ts";
import type { Breach, Cause, Status } from "../src/core/status.ts";
import { noticeOf } from "../src/engine/deliver.ts";
import type { Story } from "../src/engine/deliver.ts";
import type { Verdict } from "../src/evidence/verdict.ts";
import type { Notice } from "../src/ports.ts";
import { fixtureRelease } from "./fixtures/release.ts";
import { samplePlan } from "./sample-plan.ts";
import { sampleVerdicts } from "./sample-view.ts";

const MINUTE_MS = 60_000;
/** 14:00 in Paris on a Tuesday. */
const beganMs = Date.parse("2025-08-19T14:00:00+02:00");

type Told = readonly [Status, ...Fact[]];

const verdictOf = (check: string, changes: Partial<Verdict> = {}): Verdict => {
  const verdict = sampleVerdicts[check] ?? sampleVerdicts["1.error-rate"];
  if (verdict === undefined) throw new Error("there are sample verdicts");
  return { ...verdict, ...changes };
};
const noted = (check: string, changes: Partial<Verdict> = {}): Fact => ({
  kind: "verdict",
  check,
  verdict: verdictOf(check, changes),
  moreMs: changes.kind === "undecided" ? 6 * MINUTE_MS : null,
});
const bad = (check: string, estimate: number, interval: Verdict["interval"] = null): Partial<Verdict> & { readonly check: string } => ({
  check,
  kind: "fail",
  estimate,
  interval,
  because: { kind: "proven-bad" },
});
const became = (status: Status): readonly [Status, Fact] => [status, { kind: "became", status }];
const signOff = (role: SignOff["role"], by: string, phase: number | null): Fact => ({
  kind: "signed",
  signOff: { by, role, for: phase === null ? { kind: "start" } : { kind: "phase", phase }, revision: 1, atMs: beganMs, saw: {} },
});

const at = (minutes: number): number => beganMs + minutes * MINUTE_MS;
const waiting: Status = { kind: "waiting", sinceMs: at(0), for: [{ kind: "sign-off", roles: ["release-manager", "qa-lead"] }] };
const preparing: Status = { kind: "preparing", sinceMs: at(2) };
const shifting = (phase: number): Status => ({ kind: "shifting", phase, sinceMs: at(3) });
const observing = (phase: number): Status => ({ kind: "observing", phase, sinceMs: at(4) });
const holding = (phase: number, why: Extract<Status, { kind: "holding" }>["why"]): Status => ({
  kind: "holding",
  phase,
  sinceMs: at(20),
  why,
});
const rollingBack = (reaction: Reaction, cause: Cause): Status => ({
  kind: "rolling-back",
  sinceMs: at(20),
  reaction,
  cause,
  step: "traffic",
  from: "canary",
});

const breachOf = (check: string, reaction: Reaction): Breach => ({ check, atMs: at(7), reaction });
const serverErrors = breachOf("5xx-rate > 1%", { kind: "rollback" });
const slow = breachOf("latency p95 > 2s", { kind: "rollback-within", withinMs: 5 * MINUTE_MS });
const fewer = breachOf("conversion < 50% of stable", { kind: "investigate", forMs: 10 * MINUTE_MS });
const down = breachOf("pricetruth is down", { kind: "halt" });
const idle = breachOf("trial-activation < 1.5%", { kind: "stop" });
const person: Cause = { kind: "person", by: "Rachel", reason: "checkout <looks> *wrong* & slow" };
const breached = ({ check, ...changes }: ReturnType<typeof bad>): Fact => ({ kind: "breach", check, verdict: verdictOf(check, changes) });
const back = (tookMs: number): Fact => ({ kind: "traffic-back", tookMs, withinMs: 2 * MINUTE_MS });

/** Every release as it begins, and the first phase of one that goes well. */
const beginning: readonly Told[] = [
  [waiting, { kind: "created", by: "Rachel", reason: "refonte Awwwards, lot 1" }],
  [waiting, signOff("release-manager", "Rachel", null)],
  [...became(preparing), signOff("qa-lead", "Claire", null)],
  [...became(shifting(0)), { kind: "rehearsed", tookMs: 410 }],
  [...became(observing(0)), { kind: "share-seen", phase: 0, sharePct: 10 }],
  [observing(0), noted("1.error-rate")],
];
const tenPercent: readonly Told[] = [...beginning, [observing(0), noted("1.api-latency")]];
const countdown = holding(0, { kind: "countdown", breach: slow, commitByMs: at(11.5), doneByMs: at(12) });
const investigation = holding(0, { kind: "investigation", breach: fewer, commitByMs: at(17), doneByMs: at(19) });
const slowFact = breached(bad("latency p95 > 2s", 0.081, { low: 0.062, high: 0.11 }));
const errorsFact = breached(bad("5xx-rate > 1%", 0.042, { low: 0.021, high: 0.07 }));
const overAgain: Status = { kind: "rolled-back", sinceMs: at(21), cause: { kind: "breach", breach: serverErrors } };

/** Every kind of notice by what it tells: the journal up to it, whose last entry it is. */
export const stories: Readonly<Record<string, readonly Told[]>> = {
  created: beginning.slice(0, 1),
  "signed by one of two": beginning.slice(0, 2),
  preparing: beginning.slice(0, 3),
  "moving to 10 %": beginning.slice(0, 4),
  "observing 10 %": beginning.slice(0, 5),
  "more time for a gate": [
    ...tenPercent,
    [observing(0), { kind: "extended", phase: 0, checks: ["1.trial-activation"], untilObservedMs: 45 * MINUTE_MS }],
  ],
  "undecided: people are asked": [
    ...tenPercent,
    [...became(holding(0, { kind: "undecided", checks: ["1.trial-activation"] })), noted("1.trial-activation", { kind: "undecided" })],
  ],
  "a gate failed: people are asked": [
    ...tenPercent,
    [
      ...became(holding(0, { kind: "failed", checks: ["1.error-rate"] })),
      noted("1.error-rate", bad("1.error-rate", 0.042, { low: 0.021, high: 0.07 })),
    ],
  ],
  "no readings": [...tenPercent, became(holding(0, { kind: "no-data", checks: ["1.error-rate"] }))],
  "waiting for approval of 50 %": [
    ...tenPercent,
    [
      ...became(holding(0, { kind: "sign-off", roles: ["qa-lead", "product-owner"] })),
      noted("1.trial-activation", { kind: "pass", because: { kind: "proven-good" } }),
    ],
  ],
  paused: [...tenPercent, became(holding(0, { kind: "paused", by: "Omar" }))],
  "countdown begun": [...tenPercent, [...became(countdown), slowFact]],
  "countdown cancelled": [
    ...tenPercent,
    [...became(countdown), slowFact],
    [...became(observing(0)), { kind: "cancelled", check: "latency p95 > 2s", verdict: verdictOf("latency p95 > 2s") }],
  ],
  "investigation begun": [
    ...tenPercent,
    [...became(investigation), breached(bad("conversion < 50% of stable", 0.21, { low: 0.1, high: 0.42 }))],
  ],
  "upgraded to a rollback": [
    ...tenPercent,
    [...became(countdown), slowFact],
    [
      ...became(rollingBack({ kind: "rollback" }, { kind: "breach", breach: serverErrors })),
      errorsFact,
      { kind: "upgraded", from: slow.reaction, to: { kind: "rollback" } },
    ],
  ],
  "rolling back at once": [
    ...tenPercent,
    [...became(rollingBack({ kind: "rollback" }, { kind: "breach", breach: serverErrors })), errorsFact],
  ],
  "rolling back by hand": [...tenPercent, became(rollingBack({ kind: "rollback" }, person))],
  "the router is late": [
    ...tenPercent,
    [...became(rollingBack({ kind: "rollback" }, { kind: "breach", breach: serverErrors })), errorsFact],
    [
      rollingBack({ kind: "rollback" }, { kind: "breach", breach: serverErrors }),
      { kind: "late", awaits: "router", afterMs: 125_000, detail: "connection refused" },
    ],
  ],
  "rolled back": [
    ...tenPercent,
    [...became(rollingBack({ kind: "rollback" }, { kind: "breach", breach: serverErrors })), errorsFact],
    [...became(overAgain), back(640)],
  ],
  stopped: [
    ...tenPercent,
    [...became({ kind: "stopped", sinceMs: at(21), canary: "kept", cause: { kind: "breach", breach: idle } }), back(700)],
  ],
  "stopped before anybody was exposed": [
    ...beginning.slice(0, 3),
    became({ kind: "stopped", sinceMs: at(8), canary: "kept", cause: { kind: "not-ready", detail: "backend: ImagePullBackOff" } }),
  ],
  halted: [...tenPercent, [...became({ kind: "halted", sinceMs: at(21), cause: { kind: "breach", breach: down } }), back(500)]],
  "observing 50 %": [...tenPercent, became(shifting(1)), [...became(observing(1)), { kind: "share-seen", phase: 1, sharePct: 50 }]],
  promoting: [...tenPercent, became(shifting(1)), became(shifting(2)), became({ kind: "promoting", step: "cloning", sinceMs: at(110) })],
  promoted: [
    ...tenPercent,
    became(shifting(1)),
    became(shifting(2)),
    became({ kind: "promoting", step: "cloning", sinceMs: at(110) }),
    became({ kind: "promoted", sinceMs: at(112), previous: "kept" }),
  ],
};

/** How a sample notice differs from the one of the plan in its own language, to `#releases`, with a link. */
export interface SampleNotice {
  readonly language?: Language;
  readonly to?: string;
  readonly notifier?: string;
  readonly id?: string;
  readonly plan?: Partial<Plan>;
  readonly publicUrl?: string | null;
}

/** The release and the journal of a story, a minute between two entries. */
export function storyOf(name: keyof typeof stories, { language = "fr", id = "r-1", plan = {} }: SampleNotice = {}): Story {
  const told = stories[name];
  if (told === undefined) throw new Error(`there is no story "${name}"`);
  const versions = { frontend: { canary: "v2", stable: "v1" }, backend: { canary: "v2", stable: "v1" } };
  const head = fixtureRelease({
    id,
    plan: { ...samplePlan, language, ...plan },
    services: ["frontend", "backend"],
    startedBy: "Rachel",
    reason: "refonte Awwwards, lot 1",
    createdMs: beganMs,
    versions,
  });
  const entries = told.map(([status, ...facts], index): Entry => ({
    release: id,
    revision: index + 1,
    atMs: beganMs + index * MINUTE_MS,
    row: index + 1,
    decision: { status, facts: facts as readonly Fact[] as Entry["decision"]["facts"] },
  }));
  return { head, entries };
}

/** The notice of a story's last entry, or of entry `revision`. */
export function sampleNoticeOf(name: keyof typeof stories, sample: SampleNotice = {}, revision?: number): Notice {
  const story = storyOf(name, sample);
  const { notifier = "slack", to = "#releases", publicUrl = "https://serin.example.org" } = sample;
  return noticeOf(story, { revision: revision ?? story.entries.length, target: { notifier, to } }, publicUrl);
}

/** What `serin doctor` asks of a notifier through which the sample plan tells `recipients`. */
export function examinationOf(recipients: readonly string[]): Examination {
  return { plan: samplePlan, queries: [], targets: [], recipients, versions: {} };
}
