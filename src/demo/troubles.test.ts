import { expect, test, vi } from "vitest";
import type { ReleaseView } from "../http/release-view.ts";
import type { Stage } from "./stage.ts";
import { beginStory } from "./story.ts";
import { conduct } from "./troubles.ts";
import type { Trouble, Until } from "./troubles.ts";

/** A stage that notes what is done to it; its edge's lease is what it is told. */
function world() {
  const done: string[] = [];
  const edge = { lease: "held" };
  const note = (what: string) => async (): Promise<void> => void done.push(what);
  const stage = {
    routerSeen: async () => edge,
    ways: {
      router: { cut: note("router cut"), mend: note("router mended") },
      source: { cut: note("source cut"), mend: note("source mended") },
    },
    server: { kill: note("server killed"), start: note("server started") },
    priceTruth: { stop: note("prices stopped"), start: note("prices started") },
  } as unknown as Stage;
  return { stage, done, edge };
}

const viewOf = (phase: number, why?: string): ReleaseView =>
  ({
    status: why === undefined ? { kind: "observing", phase } : { kind: "holding", phase, why: { kind: why } },
    phases: [0, 1].map((index) => ({ state: index === phase ? "now" : "ahead" })),
    countdown: null,
  }) as unknown as ReleaseView;

const from = { phase: 0, minute: 0 };
const minutes: Until = { kind: "minutes", minutes: 1 };
const fast = 60_000;

test.each<[Trouble, readonly string[]]>([
  [{ kind: "pricetruth-down", from, until: minutes }, ["prices stopped", "prices started"]],
  [{ kind: "metrics-outage", from, until: minutes }, ["source cut", "source mended"]],
  [{ kind: "router-down", from, until: minutes }, ["router cut", "router mended"]],
  [{ kind: "controller-killed", from, until: minutes }, ["server killed", "server started"]],
])("$0.kind begins and ends in its time, with the journal as it was before", async (trouble, expected) => {
  const { stage, done } = world();
  const story = beginStory([trouble], fast);
  story.look(viewOf(0));
  await conduct({ troubles: [trouble], stage, story, journal: async () => [], signal: new AbortController().signal });
  expect(done).toEqual(expected);
  expect(story.seen.troubledMs).not.toBeNull();
  expect(story.isTroubled(0)).toBe(false);
});

test("a shared incident is in the weather while it lasts", async () => {
  const { stage } = world();
  const trouble: Trouble = { kind: "shared-incident", ratio: 0.05, from, until: { kind: "over" } };
  const story = beginStory([trouble], fast);
  story.look(viewOf(0));
  const stop = new AbortController();
  const conducting = conduct({ troubles: [trouble], stage, story, journal: async () => [], signal: stop.signal });
  await vi.waitUntil(() => story.weather().incident === 0.05);
  stop.abort();
  await conducting;
  expect(story.weather().incident).toBe(0);
});

test("one waits for its phase, another for the hold that it causes, a third for the lease of the edge", async () => {
  const { stage, done, edge } = world();
  const troubles: readonly Trouble[] = [
    { kind: "metrics-outage", from, until: { kind: "held", why: "no-data", minutes: 1 } },
    { kind: "controller-killed", from: { phase: 1, minute: 0 }, until: { kind: "lease-over" } },
  ];
  const story = beginStory(troubles, fast);
  story.look(viewOf(0));
  const conducting = conduct({ troubles, stage, story, journal: async () => [], signal: new AbortController().signal });
  await vi.waitUntil(() => done.length === 1);
  story.look(viewOf(0, "no-data"));
  await vi.waitUntil(() => done.length === 2);
  story.look(viewOf(1));
  await vi.waitUntil(() => done.length === 3);
  edge.lease = "expired";
  await conducting;
  expect(done).toEqual(["source cut", "source mended", "server killed", "server started"]);
  expect(story.seen.leaseOverMs).not.toBeNull();
});

test("what never begins never ends, and what is under way when all is over is ended", async () => {
  const { stage, done } = world();
  const troubles: readonly Trouble[] = [
    { kind: "pricetruth-down", from, until: { kind: "over" } },
    { kind: "router-down", from: { phase: 1, minute: 0 }, until: { kind: "over" } },
  ];
  const story = beginStory(troubles, fast);
  story.look(viewOf(0));
  const stop = new AbortController();
  const conducting = conduct({ troubles, stage, story, journal: async () => [], signal: stop.signal });
  await vi.waitUntil(() => done.length === 1);
  stop.abort();
  await conducting;
  expect(done).toEqual(["prices stopped", "prices started"]);
});
