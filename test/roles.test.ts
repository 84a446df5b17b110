import { describe, expect, test } from "vitest";
import { decide } from "../src/core/decide.ts";
import type { Plan, Role } from "../src/core/plan.ts";
import { roles } from "../src/core/plan.ts";
import type { Release } from "../src/core/release.ts";
import { requestKinds } from "../src/core/requests.ts";
import type { RequestKind } from "../src/core/requests.ts";
import { rolesFor, whoMay } from "../src/core/roles.ts";
import type { Deed } from "../src/core/roles.ts";
import { isPaused } from "../src/core/status.ts";
import type { Status } from "../src/core/status.ts";
import { actionsView } from "../src/core/view/actions-view.ts";
import { routes } from "../src/http/contract.ts";
import type { Route } from "../src/http/contract.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import { ask, good, holding, investigation, observing, releaseIn, seen, startMs, toldAll } from "./decision-desk.ts";
import { textOf } from "./tree.ts";

/* The table of docs/people.md is the oracle: what stands there is tried on decisions and held against the routes. */

type Cell = "✓" | "–" | "plan" | "plan (✓)";

/** Rows of the table under this heading: what stands in backticks, and its cells. */
function tableUnder(heading: string): ReadonlyMap<string, readonly string[]> {
  const section = textOf("docs/people.md").split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| `([\w-]+)` [^|]*\|(.*)\|$/gm)];
  return new Map(rows.map(([, name = "", cells = ""]) => [name, cells.split("|").map((cell) => cell.trim())]));
}

const asked = tableUnder("What may be asked of a release");
const deeds = Object.keys(whoMay) as readonly Deed[];
const kindOf = (deed: Deed): RequestKind => requestKinds.find((kind) => deed === kind || deed.startsWith(`${kind}-`)) ?? "report";
const cause = { kind: "person", by: "x", reason: "" } as const;

/** Every place that a release can be in, as far as requests can tell. */
const statuses: readonly Status[] = [
  { kind: "waiting", sinceMs: startMs, for: [] },
  { kind: "preparing", sinceMs: startMs },
  { kind: "shifting", phase: 1, sinceMs: startMs },
  observing(0),
  observing(1),
  observing(2),
  holding({ kind: "paused", by: "x" }),
  holding({ kind: "sign-off", roles: ["product-owner"] }, 1),
  holding({ kind: "window" }, 1),
  holding({ kind: "freeze", environment: "production" }, 1),
  holding(investigation(startMs + 60_000)),
  holding({ kind: "failed", checks: ["orders < 50% of stable"] }, 2),
  { kind: "promoting", step: "cloning", sinceMs: startMs },
  { kind: "promoted", sinceMs: startMs, previous: "kept" },
  { kind: "rolling-back", sinceMs: startMs, reaction: { kind: "stop" }, cause, step: "traffic", from: "canary" },
  { kind: "rolled-back", sinceMs: startMs, cause },
  { kind: "stopped", sinceMs: startMs, cause, canary: "kept" },
  { kind: "halted", sinceMs: startMs, cause },
];

const isPast = (status: Status): boolean =>
  status.kind === "holding" && (status.why.kind === "investigation" || status.why.kind === "failed");

function releaseAt(status: Status, plan: Plan, more: Partial<Release> = {}): Release {
  const isBack = "cause" in status;
  const rollback = isBack ? { committedMs: startMs, seenMs: startMs + 1 } : null;
  return releaseIn(status, { plan, told: toldAll(good), wasExposed: isBack, rollback, ...more });
}

/** Where the row of the table counts: a report is open until people go back; a pause is ended by whoever may, reported or not. */
function isPlaceOf(deed: Deed, status: Status): boolean {
  if (deed === "promote-reported") return !("cause" in status);
  if (deed === "resume-reported") return !("cause" in status) && !isPast(status) && !isPaused(status);
  return kindOf(deed) !== "resume" || isPast(status) === (deed === "resume-past");
}

/** What a person of one role is answered at each status: "accepted", or the kind of the refusal. */
function answers(deed: Deed, role: Role | "nobody", plan: Plan = smallPlan, isMachine = false): readonly string[] {
  const by = { name: "Emil", roles: role === "nobody" ? [] : [role], ...(isMachine ? { isMachine: true as const } : {}) };
  const reports = deed.endsWith("-reported") ? [{ by: "Vera", reason: "the basket is empty", atMs: startMs }] : [];
  return statuses
    .filter((status) => isPlaceOf(deed, status))
    .map((status) => {
      const release = releaseAt(status, plan, { reports });
      const request = { ...ask(kindOf(deed), "viewer"), by };
      const frozen = deed === "override" ? ["production"] : [];
      const decision = decide(release, good, seen(release, { requests: [request], frozen }));
      const answer = decision?.facts.find((fact) => fact.kind === "accepted" || fact.kind === "refused");
      return answer?.kind === "refused" ? answer.refusal.kind : (answer?.kind ?? "nothing");
    });
}

const naming = (deed: Deed, role: Role): Plan => {
  const needs = { any: [role] };
  const people = { start: needs, advance: { 1: needs, 2: needs }, promote: needs, rollback: needs, validateRollback: needs };
  return { ...smallPlan, people: deed === "approve" ? { ...people, rollback: smallPlan.people.rollback } : people };
};
const namingNobody: Plan = {
  ...smallPlan,
  people: { start: { all: [] }, advance: {}, promote: { all: [] }, rollback: { all: [] }, validateRollback: { all: [] } },
};

/**
 * "may": never refused for the role, and accepted somewhere. "may not": always refused for the role, of an approval also because nobody is asked. Other
 * words say what is neither.
 */
function verdictOn(deed: Deed, role: Role | "nobody", plan: Plan): string {
  const got = new Set(answers(deed, role, plan));
  if (!got.has("role") && got.has("accepted")) return "may";
  const isRefused = [...got].every((answer) => answer === "role" || (deed === "approve" && answer === "not-asked-for"));
  return isRefused ? "may not" : [...got].join(", ");
}

/** What is tried of a cell: with the plan, and what has to come of it. */
function trialsOf(cell: Cell, deed: Deed, role: Role): readonly { readonly plan: Plan; readonly verdict: "may" | "may not" }[] {
  if (cell === "✓" || cell === "–") return [{ plan: smallPlan, verdict: cell === "✓" ? "may" : "may not" }];
  const others = roles.filter((other) => other !== role);
  return [
    { plan: naming(deed, role), verdict: "may" },
    ...others.map((other) => ({ plan: naming(deed, other), verdict: "may not" as const })),
    { plan: namingNobody, verdict: cell === "plan" ? "may not" : "may" },
  ];
}

describe("the table of docs/people.md", () => {
  test("has every request, and no other", () => {
    expect([...asked.keys()].toSorted()).toEqual(deeds.toSorted());
    expect(new Set(deeds.map(kindOf))).toEqual(new Set(requestKinds));
  });

  test.each(deeds.flatMap((deed) => roles.map((role) => [deed, role] as const)))("%s by the %s, at every status", (deed, role) => {
    const cell = asked.get(deed)?.[roles.indexOf(role)];
    expect(cell).toBeOneOf(["✓", "–", "plan", "plan (✓)"]);
    const trials = trialsOf(cell as Cell, deed, role);
    expect(trials.map(({ plan }) => verdictOn(deed, role, plan))).toEqual(trials.map(({ verdict }) => verdict));
  });

  test.each(deeds)("%s by a machine", (deed) => {
    const isNamed = asked.get(deed)?.[0]?.startsWith("plan") === true;
    const plan = isNamed ? naming(deed, "release-manager") : smallPlan;
    const got = new Set(answers(deed, deed === "acknowledge" ? "devops-lead" : "release-manager", plan, true));
    const isOpen = !got.has("machine") && got.has("accepted");
    const isClosed = got.size === 1 && got.has("machine");
    expect([isOpen, isClosed]).toEqual(asked.get(deed)?.[roles.length] === "✓" ? [true, false] : [false, true]);
  });

  test.each(deeds)("%s by somebody without a role in the environment", (deed) => {
    expect(verdictOn(deed, "nobody", naming(deed, "release-manager"))).toBe(deed === "report" ? "may" : "may not");
  });

  test("is what a view says of each action, at every status", () => {
    for (const status of statuses) {
      const release = releaseAt(status, smallPlan);
      const situation = { release, standings: [], seen: { nowMs: startMs, frozen: ["production"], superseded: false } };
      for (const action of actionsView(situation, { people: null, wantedPct: 10 }, { plan: smallPlan }, "en")) {
        expect(action.roles).toEqual(rolesFor(action.kind, release));
        expect(action.why === null && (action.consequence === "" || action.whyNotYours === "")).toBe(false);
      }
    }
  });

  test("has every route that is not for everybody, with its roles", () => {
    const said = tableUnder("What the server lets whom do");
    const restricted = Object.entries<Route>(routes).filter(([, { access }]) => typeof access !== "string");
    expect([...said.keys()].toSorted()).toEqual(restricted.map(([name]) => name).toSorted());
    for (const [name, { access }] of restricted) {
      expect([name, roles.filter((_, index) => said.get(name)?.[index] === "✓")]).toEqual([
        name,
        roles.filter((role) => access.includes(role)),
      ]);
    }
  });
});
