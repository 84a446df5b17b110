import { expect, test } from "vitest";
import { decide } from "../src/core/decide.ts";
import type { SeenWorkloads } from "../src/core/observation.ts";
import type { Status } from "../src/core/status.ts";
import { wanted } from "../src/core/wanted.ts";
import { good, goingBack, holding, observing, releaseIn, seen, startMs, statusOf, toldAll } from "./decision-desk.ts";

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
const sized = (canary: { readonly sizedPct?: number; readonly isReady?: boolean }) => {
  const now = seen(release);
  const workloads: SeenWorkloads = now.workloads.kind === "seen" ? now.workloads.value : {};
  const value = Object.fromEntries(
    Object.entries(workloads).map(([name, slots]) => [name, { ...slots, canary: { ...slots.canary!, ...canary } }]),
  );
  return decide(release, good, { ...now, workloads: { kind: "seen", value } });
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
