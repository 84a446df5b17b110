import { apply, newborn } from "../src/core/apply.ts";
import { decide } from "../src/core/decide.ts";
import type { Decision, Fact } from "../src/core/decision.ts";
import { bookAfterRow, emptyBook } from "../src/core/evidence-book.ts";
import type { EvidenceBook } from "../src/core/evidence-book.ts";
import type { Observation, ReadingSeen } from "../src/core/observation.ts";
import type { Plan, Role } from "../src/core/plan.ts";
import type { Release } from "../src/core/release.ts";
import type { Refusal, Request } from "../src/core/requests.ts";
import type { Breach, HoldReason, Status } from "../src/core/status.ts";
import { sayTargets } from "../src/core/targets.ts";
import { targetsOf, wanted } from "../src/core/wanted.ts";
import { smallPlan } from "../src/sim/small-plan.ts";

export const startMs = Date.UTC(2025, 7, 19, 12);
export const minuteMs = 60_000;

export const head = {
  id: "r1",
  plan: smallPlan,
  planHash: "0".repeat(64),
  versions: { frontend: { canary: "v2", stable: "v1" }, backend: { canary: "v2", stable: "v1" } },
  startedBy: "Aline",
  reason: "planned",
  createdMs: startMs,
};

export const observing = (phase = 0): Status => ({ kind: "observing", phase, sinceMs: startMs });
export const holding = (why: HoldReason, phase = 0): Status => ({ kind: "holding", phase, sinceMs: startMs, why });
export const breach: Breach = { check: "latency p95 > 2s", atMs: startMs, reaction: { kind: "rollback-within", withinMs: 2 * minuteMs } };
export const countdown = (commitByMs: number): HoldReason => ({ kind: "countdown", breach, commitByMs, doneByMs: commitByMs + 1_000 });
export const investigation = (commitByMs: number): HoldReason => ({
  kind: "investigation",
  breach: { ...breach, check: "orders < 50% of stable", reaction: { kind: "investigate", forMs: 3 * minuteMs } },
  commitByMs,
  doneByMs: commitByMs + 2 * minuteMs,
});
export const goingBack = (kind: "stop" | "rollback" | "halt"): Status => ({
  kind: "rolling-back",
  sinceMs: startMs,
  reaction: { kind },
  cause: { kind: "person", by: "Aline", reason: "" },
  step: "traffic",
  from: "canary",
});

export const releaseIn = (status: Status, more: Partial<Release> = {}): Release => ({
  ...newborn(head),
  revision: 5,
  materialRevision: 4,
  status,
  ...more,
});

export const counts = (bad: number, total: number, stableBad: number, stableTotal: number): ReadingSeen => ({
  kind: "increment",
  increment: {
    kind: "counts",
    atMs: startMs,
    canary: { bad, total },
    stable: { bad: stableBad, total: stableTotal },
    slices: Array.from({ length: 10 }, () => ({ bad: stableBad / 10, total: stableTotal / 10 })),
  },
});
export const level = (canary: number): ReadingSeen => ({
  kind: "increment",
  increment: { kind: "level", atMs: startMs, canary, stable: 0.4 },
});
export const probe = (down: boolean): ReadingSeen => ({ kind: "increment", increment: { kind: "probe", atMs: startMs, down } });

/** One scrape of a healthy world, large enough to prove something in a few of them. */
export const fine: Observation["readings"] = {
  errors: counts(1, 2_000, 10, 20_000),
  "latency>500ms": counts(20, 2_000, 200, 20_000),
  "latency>2000ms": counts(2, 2_000, 20, 20_000),
  orders: counts(300, 1_000, 3_000, 10_000),
  trials: counts(300, 1_000, 3_000, 10_000),
  cpu: level(0.4),
  fatal: counts(0, 3_000, 0, 30_000),
  prices: probe(false),
};

/** The book after `scrapes` times the same readings, seen while observing phase 0; with `observedMs` counted for every phase. */
export function bookOf(
  readings: Observation["readings"],
  options: { readonly scrapes?: number; readonly observedMs?: number } = {},
): EvidenceBook {
  let book = emptyBook(smallPlan);
  const release = releaseIn(observing());
  for (let scrape = 0; scrape < (options.scrapes ?? 12); scrape += 1)
    book = bookAfterRow(book, release, { ...seen(release), readings: later(readings, scrape * 15_000) });
  return { ...book, observedMs: smallPlan.phases.map(() => options.observedMs ?? 0) };
}

/** The same readings, taken `byMs` later. */
export function later(readings: Observation["readings"], byMs: number): Observation["readings"] {
  return Object.fromEntries(
    Object.entries(readings).map(([quantity, reading]) => [
      quantity,
      reading.kind === "increment" ? { ...reading, increment: { ...reading.increment, atMs: reading.increment.atMs + byMs } } : reading,
    ]),
  );
}

/** A world that is exactly as `release` wants it. */
export function seen(release: Release, more: Partial<Observation> = {}): Observation {
  const want = wanted(release);
  const workloads = Object.fromEntries(
    Object.entries(want?.slots ?? {}).map(([service, slots]) => [
      service,
      Object.fromEntries(
        Object.entries(slots).map(([slot, version]) => [
          slot,
          { version: version ?? "", isReady: true, urls: [`http://${service}-${slot}`], restarts: 0, detail: "" },
        ]),
      ),
    ]),
  );
  const traffic = want && {
    release: "r1",
    sharePct: want.traffic.sharePct,
    audience: want.traffic.audience,
    stableSlot: want.traffic.stableSlot,
    targets: sayTargets(targetsOf(want, workloads)),
    isServing: true,
    drawn: null,
    forwarded: null,
    lastCanaryMs: null,
  };
  return {
    nowMs: startMs + 1_000,
    traffic: traffic ? { kind: "seen", value: traffic } : { kind: "unseen", why: "nothing is asked" },
    workloads: { kind: "seen", value: workloads },
    readings: {},
    draws: null,
    observedMs: 0,
    requests: [],
    frozen: [],
    superseded: false,
    checks: [],
    ...more,
  };
}

let asked = 0;
export function ask(kind: Request["kind"], role: Role, more: Partial<Request> = {}): Request {
  asked += 1;
  return {
    id: `q${asked}`,
    release: "r1",
    atMs: startMs + asked,
    by: { name: role, roles: [role] },
    kind,
    expectRevision: 5,
    reason: "because",
    as: null,
    ...more,
  };
}

export const statusOf = (decision: Decision | null): string => {
  if (!decision) return "stay";
  const { status } = decision;
  const detail =
    status.kind === "holding" ? ` ${status.why.kind}` : "phase" in status ? ` ${status.phase}` : "step" in status ? ` ${status.step}` : "";
  return `${status.kind}${detail}`;
};

export const decideOn = (
  status: Status,
  book: EvidenceBook,
  more: Partial<Observation> = {},
  release: Partial<Release> = {},
): Decision | null => {
  const now = releaseIn(status, release);
  return decide(now, book, seen(now, more));
};

export const good = bookOf(fine, { observedMs: 3 * minuteMs });
export const bad = (quantity: string, reading: ReadingSeen): EvidenceBook => bookOf({ ...fine, [quantity]: reading });
export const signed = (phase: number): Partial<Release> => ({
  signOffs: (["release-manager", "product-owner"] as const).map((role) => ({
    by: role,
    role,
    for: { kind: "phase", phase },
    revision: 5,
    atMs: startMs,
    saw: {},
  })),
});

/** As if every verdict was in the journal already, so that a test sees only what it is about. */
export function toldAll(book: EvidenceBook): Release["told"] {
  const release = releaseIn(observing());
  const first = decide(release, book, seen(release));
  return Object.fromEntries(
    (first?.facts ?? []).flatMap((fact) => (fact.kind === "verdict" || fact.kind === "breach" ? [[fact.check, fact.verdict.kind]] : [])),
  );
}

/** What was written down, and what was refused. */
export const kindsOf = (decision: Decision | null): readonly string[] => (decision?.facts ?? []).map((fact) => fact.kind);
export const refusalOf = (decision: Decision | null): Refusal | undefined =>
  decision?.facts.flatMap((fact) => (fact.kind === "refused" ? [fact.refusal] : []))[0];
export const factOf = <Kind extends Fact["kind"]>(decision: Decision | null, kind: Kind): Extract<Fact, { kind: Kind }> | undefined =>
  decision?.facts.find((fact): fact is Extract<Fact, { kind: Kind }> => fact.kind === kind);
export const by = (name: string, ...roles: Request["by"]["roles"]): Partial<Request> => ({ by: { name, roles } });
export const planWith = (people: Partial<Plan["people"]>, more: Partial<Plan> = {}): Plan => ({
  ...smallPlan,
  people: { ...smallPlan.people, ...people },
  ...more,
});

/** A book in which every phase was observed to its end. */
export const whole = { ...good, observedMs: smallPlan.phases.map(() => 9 * minuteMs) };

/** The release after one more decision on what is seen. */
export function step(
  release: Release,
  requests: readonly Request[],
  atMs = startMs + 1_000,
): { release: Release; decision: Decision | null } {
  const decision = decide(release, whole, { ...seen(release, { requests }), nowMs: atMs });
  if (decision === null) return { release, decision };
  return { release: apply(release, { release: release.id, revision: release.revision + 1, atMs, decision, row: 1 }), decision };
}
