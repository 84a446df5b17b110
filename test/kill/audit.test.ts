import { describe, expect, test } from "vitest";
import { chain, digestOfRows, genesisOf } from "../../src/core/chain.ts";
import type { Fact } from "../../src/core/decision.ts";
import type { Metric } from "../../src/core/plan.ts";
import type { Row } from "../../src/core/row.ts";
import { noticeOf } from "../../src/engine/deliver.ts";
import { webhookBody } from "../../src/adapters/notices/webhook.ts";
import type { StoredRelease, WantedTraffic } from "../../src/ports.ts";
import { fixturePlan, fixtureRelease, fixtureRow, startMs } from "../fixtures/release.ts";
import { auditAcknowledged, auditEvidence, auditJournal, auditNotices, auditTime, auditWords } from "./audit.ts";
import { nothingAcknowledged } from "./person.ts";
import { wantedTraffic } from "../fixtures/wanted-traffic.ts";

/* The kill loop is worth what its audits find: each must see the loss that it is there for. */

const errors: Metric = {
  name: "errors",
  kind: "ratio",
  unit: "request",
  better: "lower",
  source: "edge",
  query: { bad: "5xx" },
  rate: 0.01,
  minRuns: 5,
};
const condition = { kind: "line", is: ">", value: 0.05, percent: true, steady: false } as const;
const guard = { id: "errors > 5%", metric: "errors", condition, reaction: { kind: "rollback" }, weight: 1, threshold: null } as const;
const head = fixtureRelease({ plan: fixturePlan({ metrics: { errors }, guards: [guard] }) });

/** A page of the edge on which `canary` requests of the canary, and ten times as many of stable, were answered well. */
const page = (canary: number): string =>
  [
    "# TYPE serin_edge_requests_total counter",
    `serin_edge_requests_total{arm="canary",service="web",who="people",status="2xx",slice="3"} ${canary}`,
    `serin_edge_requests_total{arm="stable",service="web",who="people",status="2xx",slice="3"} ${10 * canary}`,
    "",
  ].join("\n");

/** A row that has read `canary` more requests of the canary. */
const reading = (number: number, canary: number): Row => {
  const row = fixtureRow("r1", number);
  const increment = {
    kind: "counts",
    atMs: row.observation.nowMs,
    canary: { bad: 0, total: canary },
    stable: { bad: 0, total: 10 * canary },
    slices: [],
  } as const;
  return { ...row, observation: { ...row.observation, readings: { errors: { kind: "increment", increment } } } };
};

const storedOf = (rows: readonly Row[], facts: readonly Fact[]): StoredRelease => {
  const entries = facts.reduce<StoredRelease["entries"]>((before, fact, index) => {
    const status = { kind: "waiting", sinceMs: startMs, for: [] } as const;
    const entry = { release: "r1", revision: index + 1, atMs: startMs, decision: { status, facts: [fact] as const }, row: index + 1 };
    return [...before, chain(before.at(-1)?.hash ?? genesisOf(head), entry, digestOfRows(rows.slice(index, index + 1)))];
  }, []);
  return { head, entries, rows };
};

describe("evidence", () => {
  const pages = [100, 110, 125, 125, 160].map(page);
  const audit = (steps: readonly number[]) =>
    auditEvidence(
      storedOf(
        steps.map((step, index) => reading(index + 1, step)),
        [],
      ),
      pages,
    );

  test("whose readings add up to what the edge counted is whole, whichever pages nobody stored", () => {
    expect(audit([0, 10, 15, 0, 35])).toEqual({ wrong: [], readings: 5 });
    expect(audit([0, 25, 35])).toEqual({ wrong: [], readings: 3 });
    expect(audit([0, 0, 35])).toEqual({ wrong: [], readings: 3 });
  });

  test.each<[string, readonly number[]]>([
    ["one that is lost", [0, 10, 0, 35]],
    ["one that is counted twice", [0, 10, 15, 15, 35]],
    ["one that comes after a later one", [0, 25, -15, 50]],
    ["one that no page shows", [0, 11]],
  ])("%s is found", (_, steps) => expect(audit(steps).wrong).toHaveLength(1));
});

describe("what was acknowledged", () => {
  const answered = (kind: "accepted" | "refused", request: string): Fact =>
    kind === "accepted"
      ? { kind, request, by: "Ada", asked: "pause", reason: "because" }
      : { kind, request, by: "Ada", asked: "pause", refusal: { kind: "not-asked-for" } };
  const rows = [1, 2, 3].map((number) => fixtureRow("r1", number));
  const told = (...requests: readonly (readonly [string, "accepted" | "waiting"])[]) => ({
    ...nothingAcknowledged(),
    requests: new Map(requests),
  });

  test.each<[string, readonly Fact[], readonly (readonly [string, "accepted" | "waiting"])[], number]>([
    [
      "answered once, as it was told",
      [answered("accepted", "q1"), answered("refused", "q2")],
      [
        ["q1", "accepted"],
        ["q2", "waiting"],
      ],
      0,
    ],
    [
      "without an answer",
      [answered("accepted", "q1")],
      [
        ["q1", "accepted"],
        ["q2", "waiting"],
      ],
      1,
    ],
    ["answered twice", [answered("accepted", "q1"), answered("accepted", "q1")], [["q1", "accepted"]], 1],
    ["answered otherwise than it was told", [answered("refused", "q1")], [["q1", "accepted"]], 1],
  ])("%s", (_, facts, requests, wrong) => expect(auditAcknowledged(storedOf(rows, facts), told(...requests))).toHaveLength(wrong));

  test("a decision that was read, and is gone or another one, is found", () => {
    const stored = storedOf(rows, [answered("accepted", "q1"), answered("accepted", "q2")]);
    const read = (entries: readonly (readonly [number, string])[]) =>
      auditAcknowledged(stored, { ...nothingAcknowledged(), entries: new Map(entries) });
    expect(read([[1, stored.entries[0]?.hash ?? ""]])).toEqual([]);
    expect(read([[2, "0".repeat(64)]])).toHaveLength(1);
    expect(read([[3, stored.entries[1]?.hash ?? ""]])).toHaveLength(1);
  });

  test("a journal that decides otherwise than it says is found", () => {
    expect(auditJournal(storedOf(rows, [answered("accepted", "q1")]))[0]).toMatch(/^not verified: revision 1: row 1: status/);
    expect(auditJournal({ ...storedOf(rows, [answered("accepted", "q1")]), rows: rows.slice(1) })[0]).toMatch(/^not verified: revision 1/);
  });
});

describe("notices", () => {
  const stored = storedOf([fixtureRow("r1", 1)], [{ kind: "created", by: "Ada", reason: "planned" }]);
  const key = "r1:1:console:everybody";
  const target = { notifier: "console", to: "everybody" };
  const story = { head, entries: stored.entries.map(({ entry }) => entry) };
  const body = webhookBody(noticeOf(story, { revision: 1, target }, null));

  test("owed and arrived, once or more, are right", () => {
    expect(auditNotices(stored, new Map([[key, [body, body]]]))).toEqual({ missing: [], wrong: [], owed: 1, repeated: 1 });
  });

  test("that did not arrive, say different things or another entry, or were not owed, are found", () => {
    expect(auditNotices(stored, new Map()).missing).toEqual([key]);
    expect(auditNotices(stored, new Map([[key, [body, `${body} `]]])).wrong).toHaveLength(1);
    expect(auditNotices(stored, new Map([[key, [body.replaceAll("planned", "because")]]])).wrong).toHaveLength(1);
    expect(auditNotices(stored, new Map([["r1:2:console:everybody", [body]]])).wrong).toHaveLength(1);
  });
});

describe("words and time", () => {
  const word = (revision: number, sharePct: number): WantedTraffic => wantedTraffic({ release: "r1", revision, sharePct });

  test("a share that the journal does not allow, and one of a revision that there is not, are found", () => {
    const status = { kind: "observing", phase: 0, sinceMs: startMs } as const;
    const rows = [fixtureRow("r1", 1)];
    const entry = { release: "r1", revision: 1, atMs: startMs, decision: { status, facts: [{ kind: "became", status }] as const }, row: 1 };
    const stored = { head, rows, entries: [chain(genesisOf(head), entry, digestOfRows(rows))] };
    expect(auditWords(stored, [word(1, 100)])).toEqual([]);
    expect(auditWords(stored, [word(1, 50)])).toHaveLength(1);
    expect(auditWords(stored, [word(2, 100)])).toHaveLength(1);
    expect(auditWords(stored, [word(0, 100)])).toHaveLength(1);
  });

  test("time that runs back, that nobody lived through, or that is counted across a kill, is found", () => {
    const stored = storedOf([fixtureRow("r1", 1), fixtureRow("r1", 2)], []);
    const tookMs = 40_000;
    const killedMs = startMs + 20_000;
    expect(auditTime(stored, { tookMs, killsMs: [] })).toEqual([]);
    expect(auditTime(stored, { tookMs, killsMs: [killedMs + 60_000] })).toEqual([]);
    expect(auditTime(stored, { tookMs, killsMs: [killedMs] })).toEqual([expect.stringContaining("row 2 counts 15000 ms")]);
    expect(auditTime(stored, { tookMs: 20_000, killsMs: null })).toHaveLength(1);
    expect(auditTime({ ...stored, rows: stored.rows.toReversed() }, { tookMs, killsMs: null })).toEqual([
      "row 1 is earlier than the one before it",
    ]);
  });
});
