import { describe, expect, test } from "vitest";
import { fairWeather, isWithin, readWeather, sayWeather } from "./weather.ts";
import type { Span } from "./weather.ts";

describe("the weather travels in a header", () => {
  test("and arrives as it was said, minutes to a thousandth", () => {
    const weather = { phase: 2, minute: 3.25, incident: 0.05 };
    expect(readWeather(sayWeather(weather))).toEqual(weather);
  });
  test.each<[string, string | undefined]>([
    ["none at all", undefined],
    ["an empty one", ""],
    ["half of one", "2 3"],
    ["words", "a b c"],
  ])("%s is fair weather", (_says, value) => expect(readWeather(value)).toEqual(fairWeather));
});

describe("a span", () => {
  const at = (phase: number, minute: number) => ({ phase, minute, incident: 0 });
  test.each<[string, Span, number, number, boolean]>([
    ["of everything has begun at the start", { fromPhase: 0 }, 0, 0, true],
    ["waits for its phase", { fromPhase: 1 }, 0, 99, false],
    ["goes on after its phase", { fromPhase: 1 }, 2, 0, true],
    ["waits for its minute", { fromPhase: 1, fromMinute: 2 }, 1, 1.9, false],
    ["begins with its minute", { fromPhase: 1, fromMinute: 2 }, 1, 2, true],
    ["lasts as long as it says", { fromPhase: 1, fromMinute: 2, forMinutes: 1 }, 1, 2.9, true],
    ["ends then", { fromPhase: 1, fromMinute: 2, forMinutes: 1 }, 1, 3, false],
    ["with an end does not last beyond its phase", { fromPhase: 1, fromMinute: 2, forMinutes: 100 }, 2, 0, false],
  ])("%s", (_says, span, phase, minute, expected) => expect(isWithin(span, at(phase, minute))).toBe(expected));
});
