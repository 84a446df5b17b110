import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apply } from "../src/core/apply.ts";
import { decide } from "../src/core/decide.ts";
import { holdAhead } from "../src/core/decide/phase.ts";
import { standingsOf } from "../src/core/evidence-book.ts";
import type { EvidenceBook } from "../src/core/evidence-book.ts";
import { isMismatched } from "../src/evidence/sample-ratio.ts";
import type { Observation } from "../src/core/observation.ts";
import { openReport } from "../src/core/open-report.ts";
import type { Needs, Plan, Role } from "../src/core/plan.ts";
import { roles } from "../src/core/plan.ts";
import type { Release, SignOff, SignOffFor } from "../src/core/release.ts";
import { requestKinds } from "../src/core/requests.ts";
import type { Request } from "../src/core/requests.ts";
import type { Status } from "../src/core/status.ts";
import { actionsView } from "../src/core/view/actions-view.ts";
import { buttonsOf } from "../src/core/view/notice-buttons.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import {
  ask,
  bad,
  counts,
  countdown,
  good,
  goingBack,
  holding,
  investigation,
  minuteMs,
  observing,
  releaseIn,
  seen,
  startMs,
  toldAll,
} from "./decision-desk.ts";

/* What a view shows as open is accepted from whoever has the role, and what it shows as closed is refused, wherever a release stands. */

const breached = { kind: "breach", breach: { check: "errors > 3%", atMs: startMs, reaction: { kind: "rollback" } } } as const;
const byHand = { kind: "person", by: "x", reason: "" } as const;
const statuses: readonly Status[] = [
  { kind: "waiting", sinceMs: startMs, for: [] },
  { kind: "preparing", sinceMs: startMs },
  { kind: "shifting", phase: 1, sinceMs: startMs },
  observing(0),
  observing(1),
  observing(2),
  holding({ kind: "undecided", checks: ["1.errors"] }),
  holding({ kind: "failed", checks: ["orders < 50% of stable"] }, 2),
  holding({ kind: "failed", checks: ["1.errors"] }),
  holding({ kind: "no-data", checks: [] }),
  holding({ kind: "invalid" }),
  holding({ kind: "shared-incident", checks: [] }),
  holding({ kind: "paused", by: "x" }),
  holding({ kind: "sign-off", roles: ["product-owner"] }, 1),
  holding({ kind: "window" }, 1),
  holding({ kind: "freeze", environment: "production" }, 1),
  holding({ kind: "capacity", services: ["frontend"] }, 1),
  holding({ kind: "reported", by: "Vera", roles: ["release-manager", "devops-lead"] }, 1),
  holding(investigation(startMs + minuteMs)),
  holding(countdown(startMs + minuteMs)),
  { kind: "promoting", step: "cloning", sinceMs: startMs },
  { kind: "promoting", step: "replacing", sinceMs: startMs },
  { kind: "promoted", sinceMs: startMs, previous: "kept" },
  { kind: "promoted", sinceMs: startMs, previous: "gone" },
  goingBack("stop"),
  goingBack("rollback"),
  { kind: "rolled-back", sinceMs: startMs, cause: byHand },
  { kind: "rolled-back", sinceMs: startMs, cause: breached },
  { kind: "stopped", sinceMs: startMs, cause: byHand, canary: "kept" },
  { kind: "halted", sinceMs: startMs, cause: breached },
];

const books = [good, { ...good, observedMs: [0, 0, 0] }, bad("trials", counts(1, 1_000, 3_000, 10_000))];
const needs: fc.Arbitrary<Needs> = fc
  .tuple(fc.boolean(), fc.uniqueArray(fc.constantFrom(...roles), { maxLength: 3 }))
  .map(([isAll, named]) => (isAll ? { all: named } : { any: named }));
const everyTime = { fromMinute: 0, toMinute: 10_080, says: "mon-sun" };
const windows = fc.constantFrom<Plan["windows"]>(
  { prefer: [], avoid: [], avoidHolidays: [] },
  { prefer: [], avoid: [everyTime], avoidHolidays: [] },
  { prefer: [{ fromMinute: 0, toMinute: 60, says: "mon 00:00-01:00" }], avoid: [], avoidHolidays: [] },
);
const people = fc.record({ start: needs, next: needs, promote: needs, rollback: needs, validateRollback: needs });
const plans: fc.Arbitrary<Plan> = fc.record({ people, windows }).map(({ people: { next, ...asked }, windows: open }) => ({
  ...smallPlan,
  windows: open,
  people: { ...asked, advance: { 1: next, 2: next } },
}));

const targets: readonly SignOffFor[] = [
  { kind: "start" },
  { kind: "phase", phase: 1 },
  { kind: "phase", phase: 2 },
  { kind: "promote" },
  { kind: "rollback" },
];

interface Place {
  readonly release: Release;
  readonly book: EvidenceBook;
  readonly frozen: readonly string[];
  readonly superseded: boolean;
  readonly workloads: Observation["workloads"];
}
type Where = typeof wheres extends fc.Arbitrary<infer It> ? It : never;

const wheres = fc.record({
  status: fc.constantFrom(...statuses),
  book: fc.nat({ max: books.length - 1 }),
  plan: plans,
  signed: fc.subarray([...roles]),
  isFrozen: fc.boolean(),
  superseded: fc.boolean(),
  isReported: fc.boolean(),
  isBack: fc.boolean(),
  isExposed: fc.boolean(),
  isSmall: fc.boolean(),
});

/** What is seen there: built behind the arbitrary, so that a counterexample stays short. */
function placeOf({ status, book: index, plan, signed, isFrozen, superseded, isReported, isBack, isExposed, isSmall }: Where): Place {
  const book = books[index] ?? good;
  const told = toldAll(book);
  const isGoingBack = "cause" in status;
  const signOffs = targets.flatMap((target) =>
    signed.map((role): SignOff => ({ by: `the other ${role}`, role, for: target, revision: 5, atMs: startMs, saw: told })),
  );
  const release = releaseIn(status, {
    plan,
    told,
    shown: [{ revision: 4, told }],
    signOffs,
    wasExposed: (isGoingBack && isExposed) || status.kind === "promoted",
    reports: isReported ? [{ by: "Vera", reason: "", atMs: startMs }] : [],
    rollback: isGoingBack ? { committedMs: startMs, seenMs: isBack ? startMs + 1 : null } : null,
  });
  return {
    release,
    book,
    frozen: isFrozen ? ["production"] : [],
    superseded,
    workloads: isSmall ? small(release) : seen(release).workloads,
  };
}

/** A canary that is as large as the first phase needs it, and no larger. */
function small(release: Release): Observation["workloads"] {
  const { workloads } = seen(release);
  if (workloads.kind !== "seen") return workloads;
  const sized = Object.entries(workloads.value).map(([service, { canary, ...slots }]) => [
    service,
    { ...slots, ...(canary && { canary: { ...canary, sizedPct: 10 } }) },
  ]);
  return { kind: "seen", value: Object.fromEntries(sized) };
}

/** What came of a request: "accepted", or the kind of the refusal. */
function answerTo({ release, book, ...more }: Place, request: Request): string {
  const decision = decide(release, book, seen(release, { ...more, requests: [request] }));
  const answer = decision?.facts.find((fact) => fact.kind === "accepted" || fact.kind === "refused");
  return answer?.kind === "refused" ? answer.refusal.kind : (answer?.kind ?? "nothing");
}

const by = (role: Role): Pick<Request, "by"> => ({ by: { name: "Emil", roles: [role] } });

describe("what a person is shown", () => {
  test("of each action is what becomes of it, at every place, for every role", () => {
    fc.assert(
      fc.property(wheres, (where) => {
        const place = placeOf(where);
        const { release, book, ...more } = place;
        const now = seen(release, more);
        const { nowMs } = now;
        const standings = standingsOf(release, book, nowMs);
        const holdsOn = holdAhead({
          release,
          plan: release.plan,
          book,
          nowMs,
          standings,
          isMismatched: isMismatched(book.draws),
          seen: now,
        });
        const situation = { release, standings, seen: now, holdsOn };
        const actions = actionsView(situation, { people: null, wantedPct: 10 }, { plan: release.plan }, "en");
        const wrong = requestKinds.flatMap((kind) =>
          roles.flatMap((role) => {
            const action = actions.find((candidate) => candidate.kind === kind);
            const isOpen = action !== undefined && action.why === null && action.roles.includes(role);
            const answer = answerTo(place, ask(kind, role, by(role)));
            return isOpen === (answer === "accepted") ? [] : [`${kind} by ${role}: shown ${isOpen ? "open" : "closed"}, ${answer}`];
          }),
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("below a message can be pressed", () => {
    fc.assert(
      fc.property(wheres, (where) => {
        const place = { ...placeOf(where), frozen: [], superseded: false };
        const { release } = place;
        const wrong = buttonsOf(release, 10, seen(release).nowMs).flatMap(({ kind, as }) => {
          const answers = roles.map((role) => answerTo(place, ask(kind, role, { ...by(as ?? role), as })));
          return answers.includes("accepted") ? [] : [`${kind} as ${as}: ${answers.join()}`];
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("who is told yes", () => {
  const decisionOn = ({ release, book, ...more }: Place, requests: readonly Request[]) =>
    decide(release, book, seen(release, { ...more, requests }));

  test("to go on at once sees it go on, at every place", () => {
    fc.assert(
      fc.property(wheres, (where) => {
        const decision = decisionOn(placeOf(where), [ask("promote", "release-manager", by("release-manager"))]);
        const kinds = decision?.facts.map(({ kind }) => kind) ?? [];
        // A breach of the same moment wins.
        if (!kinds.includes("accepted") || kinds.includes("breach")) return;
        expect(["shifting", "promoting"]).toContain(decision?.status.kind);
      }),
      { numRuns: 300 },
    );
  });

  test("while a problem is reported nobody is newly exposed, and who has the roles answers it in two words at most", () => {
    fc.assert(
      fc.property(wheres, (where) => {
        const place = placeOf({ ...where, isReported: true });
        let { release } = place;
        if (openReport(release) === null) return;
        const still = decisionOn(place, []);
        const goesOn = still !== null && still.status !== release.status && ["preparing", "shifting"].includes(still.status.kind);
        expect(goesOn).toBe(false);
        for (let word = 0; word < 2 && openReport(release) !== null; word += 1) {
          const revision = release.revision + 1;
          const request = ask("resume", "viewer", { by: { name: "Emil", roles }, expectRevision: release.revision });
          const decision = decide(release, place.book, seen(release, { requests: [request] }));
          if (decision === null) throw new Error("a request was not answered");
          release = apply(release, { release: release.id, revision, atMs: startMs, decision, row: 1 });
        }
        expect(openReport(release)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});
