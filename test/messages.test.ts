import { describe, expect, test } from "vitest";
import type { Fact } from "../src/core/decision.ts";
import { sayCause } from "../src/core/messages/causes.ts";
import type { Context } from "../src/core/messages/context.ts";
import { sayFact } from "../src/core/messages/facts.ts";
import { sayHold } from "../src/core/messages/holds.ts";
import { sayRefusal } from "../src/core/messages/refusals.ts";
import { sayStatus, sayStatusKind } from "../src/core/messages/statuses.ts";
import { sayAssumption, sayVerdict, sayVerdictWord } from "../src/core/messages/verdicts.ts";
import { sayReaction } from "../src/core/messages/reactions.ts";
import type { Language } from "../src/core/plan.ts";
import type { Obstacle } from "../src/core/obstacles.ts";
import type { Override, SignOff, SignOffFor } from "../src/core/release.ts";
import type { Refusal } from "../src/core/requests.ts";
import type { Reaction } from "../src/core/reactions.ts";
import type { Breach, Cause, HoldReason, Status } from "../src/core/status.ts";
import type { Assumption, Because, Verdict, VerdictKind } from "../src/evidence/verdict.ts";
import { samplePlan } from "./sample-plan.ts";

const MINUTE_MS = 60_000;
const nowMs = Date.parse("2025-08-19T14:32:08+02:00");
const context: Context = { plan: samplePlan, nowMs };
const breach: Breach = {
  check: "latency p95 > 2s",
  atMs: nowMs - MINUTE_MS,
  reaction: { kind: "rollback-within", withinMs: 5 * MINUTE_MS },
};

const verdict = (over: Partial<Verdict>): Verdict => ({
  kind: "undecided",
  logEPass: 0,
  logEFail: 0,
  p: 1,
  estimate: 0.0021,
  interval: { low: 0.0005, high: 0.0044 },
  assumes: "robust",
  shared: false,
  because: { kind: "too-little-evidence" },
  ...over,
});
const harm = verdict({ kind: "fail", estimate: 0.042, interval: { low: 0.021, high: 0.07 }, because: { kind: "proven-bad" } });

/** Every kind of a union, each with its examples: a kind without one does not compile. */
type Every<Union extends { readonly kind: string }> = {
  readonly [Kind in Union["kind"]]: readonly Extract<Union, { readonly kind: Kind }>[];
};

const causes: Every<Cause> = {
  breach: [{ kind: "breach", breach }],
  person: [
    { kind: "person", by: "Ada", reason: "checkout looks wrong" },
    { kind: "person", by: "Ada", reason: "" },
  ],
  "not-ready": [{ kind: "not-ready", detail: "backend does not answer on /health" }],
  "check-failed": [{ kind: "check-failed", detail: "new frontend with old backend: GET / answered 500" }],
};

const holds: Every<HoldReason> = {
  undecided: [
    { kind: "undecided", checks: ["1.trial-activation"] },
    { kind: "undecided", checks: ["1.trial-activation", "1.api-latency"] },
  ],
  failed: ["1.error-rate", "2.cpu"].map((check) => ({ kind: "failed", checks: [check] })),
  "no-data": [{ kind: "no-data", checks: ["1.error-rate"] }],
  invalid: [{ kind: "invalid" }],
  "shared-incident": [{ kind: "shared-incident", checks: ["5xx-rate > 1%"] }],
  paused: [{ kind: "paused", by: "Ada" }],
  "sign-off": [{ kind: "sign-off", roles: ["qa-lead", "product-owner"] }],
  window: [{ kind: "window" }],
  freeze: [{ kind: "freeze", environment: "production" }],
  capacity: [{ kind: "capacity", services: ["backend"] }],
  reported: [{ kind: "reported", by: "Vera", roles: ["release-manager", "devops-lead"] }],
  investigation: [
    {
      kind: "investigation",
      breach: { check: "conversion < 50% of stable", atMs: nowMs, reaction: { kind: "investigate", forMs: 600_000 } },
      commitByMs: nowMs + 582_000,
      doneByMs: nowMs + 702_000,
    },
  ],
  countdown: [{ kind: "countdown", breach, commitByMs: nowMs + 192_000, doneByMs: nowMs + 240_000 }],
};

const cause = causes.breach[0] as Cause;
const statuses: Every<Status> = {
  waiting: [
    { kind: "waiting", sinceMs: nowMs, for: [{ kind: "scheduled", atMs: nowMs + 90 * MINUTE_MS }] },
    { kind: "waiting", sinceMs: nowMs, for: [{ kind: "scheduled", atMs: nowMs + 4 * 1_440 * MINUTE_MS }, { kind: "window" }] },
    { kind: "waiting", sinceMs: nowMs, for: [{ kind: "reported", by: "Vera", roles: ["release-manager", "devops-lead"] }] },
    {
      kind: "waiting",
      sinceMs: nowMs,
      for: [{ kind: "window" }, { kind: "sign-off", roles: ["release-manager", "qa-lead"] }, { kind: "freeze", environment: "production" }],
    },
  ],
  preparing: [{ kind: "preparing", sinceMs: nowMs }],
  shifting: [{ kind: "shifting", phase: 0, sinceMs: nowMs }],
  observing: [{ kind: "observing", phase: 0, sinceMs: nowMs }],
  holding: Object.values(holds).flatMap((some) => some.map((why) => ({ kind: "holding" as const, phase: 0, sinceMs: nowMs, why }))),
  promoting: (["cloning", "replacing", "returning", "clearing"] as const).map((step) => ({ kind: "promoting", step, sinceMs: nowMs })),
  promoted: (["kept", "going", "gone"] as const).map((previous) => ({ kind: "promoted", sinceMs: nowMs, previous })),
  "rolling-back": (["traffic", "restoring", "returning", "clearing"] as const).map((step) => ({
    kind: "rolling-back",
    sinceMs: nowMs,
    reaction: { kind: "rollback" },
    cause,
    step,
    from: "canary",
  })),
  "rolled-back": Object.values(causes).flatMap((some) => some.map((cause) => ({ kind: "rolled-back" as const, sinceMs: nowMs, cause }))),
  stopped: (["kept", "going", "gone"] as const).map((canary) => ({ kind: "stopped", sinceMs: nowMs, cause, canary })),
  halted: [{ kind: "halted", sinceMs: nowMs, cause }],
};

const refusals: Every<Refusal> = {
  stale: [{ kind: "stale", expected: 7, actual: 9 }],
  role: [{ kind: "role", needs: ["release-manager", "devops-lead"] }],
  "not-now": ["rolled-back", "observing"].map((status) => ({ kind: "not-now", status })),
  drifted: [{ kind: "drifted", check: "1.error-rate" }],
  machine: [{ kind: "machine" }],
  "starter-alone": [{ kind: "starter-alone", roles: ["release-manager", "devops-lead"] }],
  "nothing-in-the-way": [{ kind: "nothing-in-the-way" }],
  "nothing-to-acknowledge": [{ kind: "nothing-to-acknowledge" }],
  "not-asked-for": [{ kind: "not-asked-for" }],
  "already-signed": [{ kind: "already-signed" }],
  "gate-open": [{ kind: "gate-open", checks: ["1.trial-activation", "1.api-latency"] }],
  "waits-for": [{ kind: "waits-for", roles: ["qa-lead"] }],
  "would-hold": [{ kind: "would-hold", why: { kind: "capacity", services: ["backend"] } }],
  "just-reported": [{ kind: "just-reported" }],
  "in-the-way": [
    {
      kind: "in-the-way",
      obstacles: [
        { kind: "freeze", environment: "production" },
        { kind: "window", why: "avoided", says: "fri 17:00-24:00" },
      ],
    },
  ],
};

const signed = (what: SignOffFor): SignOff => ({ by: "Ada", role: "qa-lead", for: what, revision: 4, atMs: nowMs, saw: {} });
const obstacles: readonly Obstacle[] = [
  { kind: "window", why: "avoided", says: "fri 17:00-24:00" },
  { kind: "window", why: "holiday", says: "Assomption (FR)" },
  { kind: "window", why: "not-preferred", says: "tue-thu 14:00-17:00" },
  { kind: "freeze", environment: "production" },
];
const override = (over: Obstacle, reason: string): Override => ({ by: "Ada", reason, atMs: nowMs, for: { kind: "start" }, over });
const facts: Every<Fact> = {
  created: [{ kind: "created", by: "Ada", reason: "planned" }],
  became: [{ kind: "became", status: { kind: "observing", phase: 0, sinceMs: nowMs } }],
  "share-seen": [{ kind: "share-seen", phase: 0, sharePct: 10 }],
  rehearsed: [{ kind: "rehearsed", tookMs: 412 }],
  check: [
    { kind: "check", name: "new frontend, old backend", ok: true, detail: "" },
    { kind: "check", name: "new frontend, old backend", ok: false, detail: "GET / answered 500" },
  ],
  verdict: [
    { kind: "verdict", check: "1.error-rate", verdict: verdict({ kind: "pass", because: { kind: "proven-good" } }), moreMs: null },
    { kind: "verdict", check: "1.error-rate", verdict: verdict({}), moreMs: 350_000 },
    { kind: "verdict", check: "1.error-rate", verdict: verdict({}), moreMs: null },
    { kind: "verdict", check: "5xx-rate > 1%", verdict: verdict({ kind: "pass", because: { kind: "proven-good" } }), moreMs: null },
    { kind: "verdict", check: "not in the plan", verdict: verdict({ kind: "pass", because: { kind: "proven-good" } }), moreMs: null },
  ],
  breach: [{ kind: "breach", check: "5xx-rate > 1%", verdict: harm }],
  cancelled: [
    {
      kind: "cancelled",
      check: "latency p95 > 2s",
      verdict: verdict({ kind: "pass", estimate: 0.004, interval: { low: 0, high: 0.02 }, because: { kind: "proven-good" } }),
    },
  ],
  extended: [{ kind: "extended", phase: 0, checks: ["1.trial-activation"], untilObservedMs: 45 * MINUTE_MS }],
  signed: [
    { kind: "start" } as const,
    { kind: "phase", phase: 1 } as const,
    { kind: "promote" } as const,
    { kind: "rollback" } as const,
  ].map((what) => ({ kind: "signed", signOff: signed(what) })),
  lapsed: [{ kind: "lapsed", signOff: signed({ kind: "phase", phase: 1 }), check: "1.trial-activation" }],
  accepted: [
    { kind: "accepted", request: "r1", by: "Ada", asked: "rollback", reason: "checkout looks wrong" },
    { kind: "accepted", request: "r1", by: "Ada", asked: "resume", reason: "" },
  ],
  refused: Object.values(refusals).flatMap((some) =>
    some.map((refusal) => ({ kind: "refused" as const, request: "r2", by: "Bob", asked: "promote", refusal })),
  ),
  reported: [{ kind: "reported", report: { by: "Chloé", reason: "the basket is empty after login", atMs: nowMs } }],
  "report-late": [{ kind: "report-late", afterMs: 305_000, withinMs: 300_000 }],
  "report-answered": [{ kind: "report-answered", by: "Ada", asked: "resume" }],
  acknowledged: [
    { kind: "acknowledged", acknowledgement: { by: "Bob", atMs: nowMs, reason: "everybody is on v1" } },
    { kind: "acknowledged", acknowledgement: { by: "Bob", atMs: nowMs, reason: "" } },
  ],
  asks: [
    { kind: "asks", for: "decision", roles: ["release-manager", "devops-lead"] },
    { kind: "asks", for: "acknowledgement", roles: ["devops-lead"] },
    { kind: "asks", for: "validation", roles: ["qa-lead"] },
  ],
  "way-back": [
    { kind: "way-back", tookMs: 130_000, withinMs: 300_000 },
    { kind: "way-back", tookMs: 310_000, withinMs: 300_000 },
  ],
  overrode: obstacles.map((over, index) => ({ kind: "overrode", override: override(over, index === 0 ? "a fix that cannot wait" : "") })),
  "override-over": obstacles.map((over) => ({ kind: "override-over", override: override(over, "") })),
  "traffic-back": [
    { kind: "traffic-back", tookMs: 412, withinMs: 120_000 },
    { kind: "traffic-back", tookMs: 150_000, withinMs: 120_000 },
  ],
  late: [
    { kind: "late", awaits: "router", afterMs: 125_000, detail: "connection refused" },
    { kind: "late", awaits: "stable", afterMs: 300_000, detail: "frontend: exited with code 1" },
  ],
  dismissed: ["conversion < 50% of stable", "1.error-rate"].map((check) => ({ kind: "dismissed", check, by: "Ada" })),
  recovered: [{ kind: "recovered", check: "conversion < 50% of stable" }],
  upgraded: [{ kind: "upgraded", from: { kind: "investigate", forMs: 600_000 }, to: { kind: "rollback" } }],
  cleared: [
    { kind: "cleared", what: "previous" },
    { kind: "cleared", what: "canary" },
  ],
};

const becauses: Every<Because> = {
  "proven-good": [{ kind: "proven-good" }],
  "proven-bad": [
    { kind: "proven-bad" },
    { kind: "proven-bad", findings: [{ issue: "out of memory", events: 2, isNew: true, frames: [], url: null }] },
  ],
  "nothing-counted": [{ kind: "nothing-counted" }],
  "too-little-evidence": [{ kind: "too-little-evidence" }],
  "between-lines": [{ kind: "between-lines" }],
  "good-but-estimate-is-not": [{ kind: "good-but-estimate-is-not" }],
  "evidence-restarted": [{ kind: "evidence-restarted" }],
  "shared-incident": [{ kind: "shared-incident" }],
  "sample-ratio-mismatch": [{ kind: "sample-ratio-mismatch" }],
  "nothing-to-compare": [{ kind: "nothing-to-compare" }],
  "readings-over-line": [
    { kind: "readings-over-line", over: 4, of: 5 },
    { kind: "readings-over-line", over: 3, of: 3, findings: [{ rule: "label", places: 3 }] },
    {
      kind: "readings-over-line",
      over: 3,
      of: 3,
      findings: ["button-name", "image-alt", "html-has-lang", "a-new-rule", "label"].map((rule, index) => ({ rule, places: 5 - index })),
    },
    { kind: "readings-over-line", over: 3, of: 3, findings: [{ rule: "a-new-rule", places: 4 }] },
  ],
  "readings-within-line": [{ kind: "readings-within-line", within: 5, of: 5 }],
  "rises-to-limit": [{ kind: "rises-to-limit", inMs: 12 * MINUTE_MS }],
  "event-seen": [
    { kind: "event-seen", events: 1 },
    { kind: "event-seen", events: 3 },
    {
      kind: "event-seen",
      events: 4,
      findings: [
        {
          issue: "TypeError: total is not a function",
          events: 3,
          isNew: true,
          frames: ["pay (checkout.ts:41)", "submit (form.ts:7)", "main.ts:1"],
          url: "https://sentry.example/issues/1/",
        },
        { issue: "out of memory", events: 1, isNew: false, frames: [], url: null },
      ],
    },
  ],
  "no-event-in": [{ kind: "no-event-in", exposures: 12_400 }],
  "as-rare-as-stable": [{ kind: "as-rare-as-stable", events: 2, exposures: 12_400 }],
  "runs-needed": [{ kind: "runs-needed", have: 3, need: 5 }],
  down: [
    { kind: "down", times: 1 },
    { kind: "down", times: 3 },
  ],
  answers: [{ kind: "answers" }],
};

const reactions: Every<Reaction> = {
  investigate: [{ kind: "investigate", forMs: 600_000 }],
  "rollback-within": [{ kind: "rollback-within", withinMs: 300_000 }],
  stop: [{ kind: "stop" }],
  rollback: [{ kind: "rollback" }],
  halt: [{ kind: "halt" }],
};

const verdictKinds = ["pass", "fail", "undecided", "no-data", "invalid"] as const satisfies readonly VerdictKind[];
const assumptions = ["exact", "randomisation", "robust", "approximate", "rule"] as const satisfies readonly Assumption[];

/** Numbers that fit the scale of each check of the plan. */
const fitting: Readonly<Record<string, Partial<Verdict>>> = {
  "1.api-latency": { estimate: 0.031, interval: { low: 0.022, high: 0.04 } },
  "1.trial-activation": { estimate: 0.029, interval: { low: 0.014, high: 0.051 } },
  "2.conversion": { estimate: 0.97, interval: { low: 0.71, high: 1.32 } },
  "2.cpu": { estimate: 0.62, interval: null, assumes: "rule" },
  "2.pricetruth-consensus": { estimate: 0.812, interval: { low: 0.77, high: 0.85 } },
  "3.accessibility": { estimate: 96, interval: { low: 94, high: 98 }, assumes: "approximate" },
  "3.critical-errors": { estimate: null, interval: null, because: { kind: "no-event-in", exposures: 12_400 } },
  "latency p95 > 2s": { estimate: 0.004, interval: { low: 0.001, high: 0.02 } },
  "conversion < 50% of stable": { estimate: 0.44, interval: { low: 0.31, high: 0.6 } },
  "dashboard-accessibility < 95": { estimate: 91, interval: null, assumes: "approximate" },
  "pricetruth is down": { estimate: null, interval: null, assumes: "rule", because: { kind: "answers" } },
};

const each = <Union extends { readonly kind: string }>(every: Every<Union>): readonly Union[] =>
  Object.values<readonly Union[]>(every as unknown as Readonly<Record<string, readonly Union[]>>).flat();

function everySentence(language: Language): string {
  const section = (title: string, lines: readonly string[]): string => [`# ${title}`, ...lines, ""].join("\n");
  const checks = [
    ...samplePlan.phases.flatMap((phase) => phase.gates.map((gate) => gate.id)),
    ...samplePlan.guards.map((guard) => guard.id),
  ];
  return [
    section(
      "facts",
      each(facts).map((fact) => sayFact(fact, context, language)),
    ),
    section(
      "statuses",
      each(statuses).map((status) => sayStatus(status, context, language)),
    ),
    section(
      "statuses without a moment",
      each(statuses).map((status) => sayStatus(status, { plan: samplePlan }, language)),
    ),
    section("progress", [
      sayStatus({ kind: "observing", phase: 0, sinceMs: 0 }, { ...context, progress: { observedMs: 580_000, ofMs: 900_000 } }, language),
    ]),
    section(
      "status words",
      each(statuses)
        .map((status) => sayStatusKind(status.kind, language))
        .filter((word, at, all) => all.indexOf(word) === at),
    ),
    section(
      "holds",
      each(holds).map((hold) => sayHold(hold, context, language)),
    ),
    section(
      "causes",
      each(causes).map((cause) => sayCause(cause, context, language)),
    ),
    section(
      "refusals",
      each(refusals).map((refusal) => sayRefusal(refusal, context, language)),
    ),
    section(
      "reactions",
      [...each(reactions), null].map((reaction) => sayReaction(reaction, language)),
    ),
    section(
      "reasons of a gate on a rate",
      each(becauses).map((because) => sayVerdict("1.error-rate", verdict({ because }), context, language)),
    ),
    section(
      "reasons of a gate against stable",
      each(becauses).map((because) => sayVerdict("2.conversion", verdict({ ...fitting["2.conversion"], because }), context, language)),
    ),
    section(
      "every check, every answer",
      checks.flatMap((check) =>
        verdictKinds.map((kind) =>
          sayVerdict(
            check,
            verdict({
              because: { kind: kind === "pass" ? "proven-good" : kind === "fail" ? "proven-bad" : "too-little-evidence" },
              ...fitting[check],
              kind,
            }),
            { ...context, moreMs: 350_000 },
            language,
          ),
        ),
      ),
    ),
    section(
      "answers in a word",
      (["gate", "guard"] as const).flatMap((what) =>
        [...verdictKinds, "not-yet" as const].map((kind) => sayVerdictWord(what, kind, language)),
      ),
    ),
    section(
      "assumptions",
      assumptions.map((assumption) => sayAssumption(assumption, language)),
    ),
  ].join("\n");
}

describe("one source of words", () => {
  test.each(["en", "fr"] as const)("golden: every sentence in %s", async (language) => {
    await expect(everySentence(language)).toMatchFileSnapshot(`golden/messages.${language}.txt`);
  });

  test.each(["en", "fr"] as const)("no sentence in %s shows a raw value", (language) => {
    expect(everySentence(language)).not.toMatch(/undefined|null|NaN|\[object|Infinity/u);
  });
});
