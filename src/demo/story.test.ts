import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ReleaseView } from "../http/release-view.ts";
import { beginStory } from "./story.ts";
import type { Trouble } from "./troubles.ts";
import { fairWeather } from "./weather.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const viewOf = (phase: number | null, why: string | null = null, countdown: string | null = null): ReleaseView =>
  ({
    status: why === null ? { kind: "observing", phase } : { kind: "holding", phase, why: { kind: why } },
    phases: [0, 1, 2].map((index) => ({ state: index === phase ? "now" : "ahead" })),
    countdown: countdown === null ? null : { kind: countdown },
  }) as unknown as ReleaseView;

const trouble: Trouble = { kind: "metrics-outage", from: { phase: 1, minute: 2 }, until: { kind: "over" } };

test("the weather is fair before a phase, then counts the plan's minutes of the phase that it is in", () => {
  const story = beginStory([], 60);
  story.look(viewOf(null));
  expect(story.weather()).toEqual(fairWeather);
  story.look(viewOf(0));
  vi.advanceTimersByTime(2_000);
  story.look(viewOf(0));
  expect(story.weather()).toEqual({ phase: 0, minute: 2, incident: 0 });
  story.look(viewOf(1));
  vi.advanceTimersByTime(500);
  story.setIncident(0.05);
  expect(story.weather()).toEqual({ phase: 1, minute: 0.5, incident: 0.05 });
});

test("a moment is past when its minute of its phase is over, and in every later phase", () => {
  const story = beginStory([], 60);
  expect(story.isPast({ phase: 0, minute: 0 })).toBe(false);
  story.look(viewOf(0));
  expect(story.isPast({ phase: 0, minute: 0 })).toBe(true);
  expect(story.isPast({ phase: 0, minute: 2 })).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect(story.isPast({ phase: 0, minute: 2 })).toBe(true);
  expect(story.isPast({ phase: 1, minute: 0 })).toBe(false);
  story.look(viewOf(1));
  expect(story.isPast({ phase: 0, minute: 99 })).toBe(true);
});

test("it counts how long the release has held for one reason without a break", () => {
  const story = beginStory([], 60);
  story.look(viewOf(0, "no-data"));
  vi.advanceTimersByTime(1_000);
  story.look(viewOf(0, "no-data"));
  expect(story.heldMinutes("no-data")).toBe(1);
  expect(story.heldMinutes("failed")).toBe(0);
  story.look(viewOf(0));
  story.look(viewOf(0, "no-data"));
  expect(story.heldMinutes("no-data")).toBe(0);
});

test("a phase is troubled until its troubles have ended; the first beginning, the journal before and every countdown are kept", () => {
  const story = beginStory([trouble], 60);
  expect([0, 1].map((phase) => story.isTroubled(phase))).toEqual([false, true]);
  vi.setSystemTime(5_000);
  story.noteBegin([]);
  vi.setSystemTime(9_000);
  story.noteBegin([]);
  story.noteEnd(trouble);
  story.noteLeaseOver();
  story.look(viewOf(0, "countdown", "countdown"));
  story.look(viewOf(0));
  expect(story.isTroubled(1)).toBe(false);
  expect(story.seen).toMatchObject({ troubledMs: 5_000, leaseOverMs: 9_000, journalBefore: [] });
  expect([...story.seen.countdowns]).toEqual(["countdown"]);
});
