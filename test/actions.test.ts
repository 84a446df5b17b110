import { describe, expect, test } from "vitest";
import { standingsOf } from "../src/core/evidence-book.ts";
import type { Language, Plan } from "../src/core/plan.ts";
import type { Release } from "../src/core/release.ts";
import type { Status } from "../src/core/status.ts";
import { actionsView } from "../src/core/view/actions-view.ts";
import { buttonsOf } from "../src/core/view/notice-buttons.ts";
import { standsOf } from "../src/core/view/stands.ts";
import { wayBackView } from "../src/core/view/way-back-view.ts";
import { sayStatus } from "../src/core/messages/statuses.ts";
import { sayNext } from "../src/core/view/next-steps.ts";
import { peopleView, rolesAsked } from "../src/core/view/people-view.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import { good, holding, investigation, minuteMs, observing, releaseIn, startMs } from "./decision-desk.ts";

const cause = { kind: "person", by: "Aline", reason: "the basket is empty" } as const;
const avoided = { fromMinute: 0, toMinute: 10_080, says: "mon-sun" };
const avoiding: Plan = { ...smallPlan, windows: { prefer: [], avoid: [avoided], avoidHolidays: [] } };

/** Numbers and their units hang together in the words; here they are compared as they are typed. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/gu, " ");

const places: readonly (readonly [string, Status, Partial<Release>])[] = [
  ["waiting outside of its windows", { kind: "waiting", sinceMs: startMs, for: [{ kind: "window" }] }, { plan: avoiding }],
  ["observing", observing(1), { rehearsedMs: 412 }],
  ["paused", holding({ kind: "paused", by: "Bruno" }, 1), {}],
  ["investigating", holding(investigation(startMs + minuteMs)), {}],
  ["at everybody", observing(2), {}],
  ["promoted, and the old version is there", { kind: "promoted", sinceMs: startMs, previous: "kept" }, {}],
  [
    "promoted, and somebody has reported a problem",
    { kind: "promoted", sinceMs: startMs, previous: "gone" },
    { reports: [{ by: "Vera", reason: "the basket is empty", atMs: startMs }] },
  ],
  ["promoted, and it is not", { kind: "promoted", sinceMs: startMs, previous: "gone" }, {}],
  [
    "taken back by hand",
    { kind: "rolled-back", sinceMs: startMs, cause },
    { wasExposed: true, rollback: { committedMs: startMs, seenMs: startMs + 500 } },
  ],
];

function sayActions(language: Language): string {
  return places
    .map(([name, status, more]) => {
      const release = releaseIn(status, more);
      const situation = {
        release,
        standings: standingsOf(release, good, startMs),
        seen: { nowMs: startMs, frozen: [], superseded: false },
      };
      const traffic = { people: { canary: 4_116, stable: 4_093 }, wantedPct: status.kind === "observing" && status.phase === 2 ? 100 : 50 };
      const actions = actionsView(situation, traffic, { plan: release.plan, nowMs: startMs }, language);
      const lines = actions.map(({ label, why, consequence, isGrave }) => `${label}${isGrave ? " !" : ""}  ${why ?? consequence}`);
      return [`# ${name}`, ...lines, ""].join("\n");
    })
    .join("\n");
}

test.each(["en", "fr"] as const)("golden: what every button does in %s", async (language) => {
  await expect(sayActions(language)).toMatchFileSnapshot(`golden/actions.${language}.txt`);
});

test("nobody counts people where the router only weighs, and long versions are not read out", () => {
  const digest = "registry.example/web@sha256:0123456789abcdef";
  const versions = { web: { canary: digest, stable: digest } };
  const release = releaseIn(observing(1), { versions });
  const situation = { release, standings: [], seen: { nowMs: startMs, frozen: [], superseded: false } };
  const actions = actionsView(situation, { people: null, wantedPct: 50 }, { plan: smallPlan }, "en");
  expect(actions.find(({ kind }) => kind === "rollback")?.isGrave).toBe(true);
  const consequence = actions.find(({ kind }) => kind === "rollback")?.consequence ?? "";
  expect(plain(consequence)).toBe("50 % of the people go back to the stable version at once");
});

test("one of several roles that is enough is said to be enough", () => {
  const any = { any: ["qa-lead", "product-owner"] } as const;
  const plan: Plan = { ...smallPlan, people: { ...smallPlan.people, start: any, advance: { 1: any } } };
  const waits = { kind: "sign-off", roles: any.any } as const;
  const said = (status: Status) => [
    sayStatus(status, { plan }, "en"),
    ...sayNext(releaseIn(status, { plan }), { plan, nowMs: startMs }, "en"),
  ];
  expect(said({ kind: "waiting", sinceMs: startMs, for: [waits] })[0]).toBe("waiting for the approval of the QA lead or the product owner");
  expect(said(holding(waits)).map(plain)).toEqual([
    "holding at 10 %: waiting for the approval of the QA lead or the product owner",
    "50 % as soon as QA lead or product owner approves",
  ]);
});

test("who is asked for something now, of each thing that may be asked", () => {
  const asked = (status: Status, more: Partial<Release> = {}) => rolesAsked(releaseIn(status, { wasExposed: true, ...more }));
  const reports = [{ by: "Vera", reason: "the basket is empty", atMs: startMs }];
  const rollback = { committedMs: startMs, seenMs: startMs + 500 };
  const back: Status = { kind: "rolled-back", sinceMs: startMs, cause };
  const acknowledged = { by: "Bruno", atMs: startMs, reason: "" };
  expect(asked({ kind: "preparing", sinceMs: startMs })).toEqual([]);
  expect(asked({ kind: "waiting", sinceMs: startMs, for: [] })).toEqual(["release-manager"]);
  expect(asked(observing(0), { reports, isReportLate: true })).toEqual(["release-manager", "devops-lead"]);
  expect(asked(back, { reports, rollback })).toEqual(["devops-lead"]);
  expect(asked(back, { reports, rollback, acknowledged })).toEqual(["qa-lead"]);
});

describe("a way back by hand is shown", () => {
  const report = { by: "Vera", reason: "the basket is empty", atMs: startMs };
  const said = (status: Status, more: Partial<Release>, afterMs: number) => {
    const release = releaseIn(status, { wasExposed: true, ...more });
    const view = wayBackView(release, startMs + afterMs, "en");
    const open = view?.steps.find(({ atMs }) => atMs === null);
    const asked = peopleView(release, "en").filter(({ state }) => state === "asked");
    return {
      sentence: view === null ? null : plain(view.sentence),
      open: open?.kind ?? null,
      roles: open?.roles ?? [],
      tookMs: view?.tookMs ?? null,
      next: sayNext(release, { plan: smallPlan, nowMs: startMs + afterMs }, "en"),
      asked: asked.map(({ role }) => role),
    };
  };
  const back: Status = { kind: "rolled-back", sinceMs: startMs, cause };
  const rollback = { committedMs: startMs + minuteMs, seenMs: startMs + 2 * minuteMs };

  test("not while all is well, nor when serin went back by itself", () => {
    expect(said(observing(), {}, 0).sentence).toBeNull();
    const breach = { check: "errors > 3%", atMs: startMs, reaction: { kind: "rollback" } } as const;
    expect(said({ kind: "rolled-back", sinceMs: startMs, cause: { kind: "breach", breach } }, { rollback }, 0)).toMatchObject({
      sentence: null,
      asked: ["qa-lead"],
    });
  });

  test("while somebody has to decide, with the time that is left", () => {
    const at = (afterMs: number) => said(observing(), { reports: [report] }, afterMs);
    expect(at(minuteMs)).toMatchObject({
      sentence:
        "Vera reports “the basket is empty”; the release manager or the DevOps lead decides; 4 min left of the 5 min that the plan allows",
      open: "decided",
      roles: ["release-manager", "devops-lead"],
      tookMs: null,
    });
    expect(at(7 * minuteMs).sentence).toContain("2 min later than the 5 min that the plan allows");
    expect(at(minuteMs).next[0]).toContain("decides about the problem that Vera reported (“the basket is empty”)");
  });

  test("by the tone and the sentence of the release as well, until somebody decides", () => {
    const stands = (more: Partial<Release>) => standsOf(releaseIn(observing(), more), { plan: smallPlan }, "en");
    expect(stands({})).toMatchObject({ tone: "calm" });
    const told = stands({ reports: [report] });
    expect(told.tone).toBe("holding");
    expect(told.sentence).toMatch(/^Observing .*; Vera reports a problem$/u);
  });

  test("in Slack the validation is offered once the execution was confirmed", () => {
    const kinds = (more: Partial<Release>) =>
      buttonsOf(releaseIn(back, { wasExposed: true, reports: [report], rollback, ...more }), 0, startMs).map(({ kind }) => kind);
    expect(kinds({})).toEqual(["acknowledge"]);
    expect(kinds({ acknowledged: { by: "Bruno", atMs: startMs, reason: "" } })).toEqual(["approve"]);
    expect(kinds({ wasExposed: false, reports: [], rollback: null })).toEqual([]);
  });

  test("while people go back, then to the DevOps lead, then to the QA lead, and how long it took", () => {
    const moving: Status = {
      kind: "rolling-back",
      sinceMs: startMs,
      reaction: { kind: "rollback" },
      cause,
      step: "traffic",
      from: "canary",
    };
    const going = said(moving, { reports: [report], rollback: { ...rollback, seenMs: null } }, minuteMs);
    expect(going).toMatchObject({ open: "executed", roles: [], tookMs: null });
    const executed = said(back, { reports: [report], rollback }, 3 * minuteMs);
    expect(executed).toMatchObject({ open: "acknowledged", roles: ["devops-lead"], tookMs: 2 * minuteMs, asked: [] });
    expect(executed.sentence).toBe("Everybody was back 2 min after the problem was reported; the plan allows 5 min");
    expect(executed.next).toContain("to confirm that the rollback was executed: DevOps lead");
    const acknowledged = { by: "Bruno", atMs: startMs + 4 * minuteMs, reason: "" };
    const confirmed = said(back, { reports: [report], rollback, acknowledged }, 5 * minuteMs);
    expect(confirmed).toMatchObject({ open: "validated", roles: ["qa-lead"], asked: ["qa-lead"] });
    const signOff = { by: "Chloé", role: "qa-lead", for: { kind: "rollback" }, revision: 5, atMs: startMs, saw: {} } as const;
    const validated = said(back, { reports: [report], rollback, acknowledged, signOffs: [signOff] }, 6 * minuteMs);
    expect(validated).toMatchObject({ open: null, asked: [] });
  });

  test("measured from the decision when nobody reported, and late when it was", () => {
    expect(said(back, { rollback }, 3 * minuteMs)).toMatchObject({
      tookMs: minuteMs,
      sentence: "Everybody was back 1 min after the decision; the plan allows 5 min",
    });
    const late = said(back, { rollback: { committedMs: startMs, seenMs: startMs + 6 * minuteMs } }, 7 * minuteMs);
    expect(late.sentence).toBe("Everybody was back 6 min after the decision; late, the plan allows 5 min");
  });
});
