import { expect, test } from "vitest";
import { decide } from "../src/core/decide.ts";
import { bookAfterRow } from "../src/core/evidence-book.ts";
import type { EvidenceBook } from "../src/core/evidence-book.ts";
import type { SeenWorkloads } from "../src/core/observation.ts";
import type { Release } from "../src/core/release.ts";
import type { Request } from "../src/core/requests.ts";
import type { Status } from "../src/core/status.ts";
import { wanted } from "../src/core/wanted.ts";
import {
  ask,
  bookOf,
  counts,
  fine,
  good,
  goingBack,
  holding,
  observing,
  refusalOf,
  releaseIn,
  seen,
  startMs,
  statusOf,
  toldAll,
} from "./decision-desk.ts";

const [first = 0, second = 0, last = 0] = releaseIn(observing()).plan.phases.map(({ sharePct }) => sharePct);

test.each<[string, Status, number]>([
  ["before anybody comes, the first phase's", { kind: "preparing", sinceMs: startMs }, first],
  ["while people are on their way, theirs", { kind: "shifting", phase: 1, sinceMs: startMs }, second],
  ["in a phase, the next one's", observing(0), second],
  ["while it holds too: it may go on at any moment", holding({ kind: "window" }, 0), second],
  ["in the last phase, everybody's", observing(2), last],
  ["while it is promoted, everybody's", { kind: "promoting", step: "cloning", sinceMs: startMs }, last],
  ["on the way back, nobody's: it stays as it is", goingBack("rollback"), 0],
  [
    "while it is kept to be looked at, nobody's",
    { kind: "stopped", sinceMs: startMs, cause: { kind: "person", by: "Ada", reason: "" }, canary: "kept" },
    0,
  ],
])("the canary is sized for a share: %s", (_, status, sharePct) => expect(wanted(releaseIn(status))?.canaryPct).toBe(sharePct));

const release = releaseIn(observing(), { told: toldAll(good) });
const sized = (
  canary: { readonly sizedPct?: number; readonly isReady?: boolean },
  { at = release, book = good, requests = [] }: { at?: Release; book?: EvidenceBook; requests?: readonly Request[] } = {},
) => {
  const now = seen(at, { requests });
  const workloads: SeenWorkloads = now.workloads.kind === "seen" ? now.workloads.value : {};
  const value = Object.fromEntries(
    Object.entries(workloads).map(([name, slots]) => [name, { ...slots, canary: { ...slots.canary!, ...canary } }]),
  );
  return decide(at, book, { ...now, workloads: { kind: "seen", value } });
};

test("nobody is sent to a canary that is too small for them, or does not stand in that size", () => {
  const small = { kind: "holding", why: { kind: "capacity", services: ["frontend", "backend"] } };
  expect(sized({ sizedPct: first })?.status).toMatchObject(small);
  expect(sized({ sizedPct: second, isReady: false })?.status).toMatchObject(small);
  expect(statusOf(sized({ sizedPct: second }))).toBe("shifting 1");
  expect(statusOf(sized({}))).toBe("shifting 1");
});

test("it goes on by itself when the canary has grown", () => {
  const held = releaseIn(holding({ kind: "capacity", services: ["frontend"] }), { told: toldAll(good) });
  expect(statusOf(decide(held, good, seen(held)))).toBe("shifting 1");
});

test("who asks it to go on at once is told that the canary is too small, and nothing is undone at the next look", () => {
  const why = { kind: "capacity", services: ["frontend", "backend"] } as const;
  const early = { ...good, observedMs: [0, 0, 0] };
  const requests = [ask("promote", "release-manager")];
  const small = { sizedPct: first };
  // Said yes to, it held, and fell back to observing a moment later.
  const asked = sized(small, { book: early, requests });
  expect([refusalOf(asked), statusOf(asked)]).toEqual([{ kind: "would-hold", why }, "observing 0"]);
  const held = releaseIn(holding(why), { told: toldAll(good) });
  expect(refusalOf(sized(small, { at: held, requests }))).toEqual({ kind: "would-hold", why });
  expect(statusOf(sized({ sizedPct: second }, { book: early, requests }))).toBe("shifting 1");
  expect(statusOf(sized({ sizedPct: second }, { at: held, book: early, requests }))).toBe("shifting 1");
});

test("who asks it to go on at once past a guard that was never read is told so", () => {
  const { prices: _, ...unwatched } = fine;
  const book = bookOf(unwatched);
  const unread = { ...book, answeredMs: { ...book.answeredMs, prices: startMs } };
  const asked = decide(release, unread, seen(release, { requests: [ask("promote", "release-manager")] }));
  expect(refusalOf(asked)).toEqual({ kind: "would-hold", why: { kind: "no-data", checks: ["prices is down"] } });
  expect(statusOf(asked)).toBe("observing 0");
});

test("who asks it to go on at once while a guard that was far from its line is in doubt is told so; the time that is left decides it", () => {
  const at = releaseIn(observing(2), { told: toldAll(good) });
  const doubted = bookAfterRow({ ...good, observedMs: [0, 0, 0] }, at, {
    ...seen(at),
    readings: { errors: counts(600, 2_000, 0, 0) },
  });
  const asked = decide(at, doubted, seen(at, { requests: [ask("promote", "release-manager")] }));
  expect(refusalOf(asked)).toEqual({ kind: "would-hold", why: { kind: "undecided", checks: ["errors > 3%"] } });
  expect(statusOf(asked)).toBe("observing 2");
  expect(statusOf(decide(at, { ...doubted, observedMs: good.observedMs }, seen(at)))).not.toMatch(/holding/);
});
