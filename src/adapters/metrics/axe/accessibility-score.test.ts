import { expect, test } from "vitest";
import { accessibilityScore } from "./accessibility-score.ts";

test.each<[string, readonly string[], readonly string[], number | null]>([
  ["nothing applies", [], [], null],
  ["everything passes", ["label", "html-has-lang"], [], 100],
  ["everything fails", [], ["label"], 0],
  ["10 of 10 and 7", ["label"], ["html-has-lang"], 59],
  ["half a point goes up: 7 of 7 and 1", ["html-has-lang"], ["svg-img-alt"], 88],
  ["what does not count does not count", ["label", "video-caption"], ["bypass", "td-has-header"], 100],
])("%s", (_says, passed, failed, score) => expect(accessibilityScore({ passed, failed })).toBe(score));
