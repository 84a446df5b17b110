import { expect, test } from "vitest";
import { joinStory } from "./story-pages.ts";
import type { Told } from "./story-pages.ts";

const entries = (...revisions: readonly number[]): Told =>
  revisions.map((revision) => ({ revision, atMs: revision, time: "14:00", says: ["x"] }));
const joined = (known: Told, more: Told): readonly number[] => joinStory(known, more).map(({ revision }) => revision);

test.each<[string, Told, Told, readonly number[]]>([
  ["the newest come in front", entries(3, 2, 1), entries(4, 3, 2), [4, 3, 2, 1]],
  ["an older page comes behind", entries(9, 8), entries(7, 6, 5), [9, 8, 7, 6, 5]],
  ["after a long absence the older ones are forgotten, so that there is no gap", entries(9, 8), entries(60, 59), [60, 59]],
  ["a page that crossed others is taken as far as it joins", entries(60, 59), entries(57, 56), [60, 59]],
  ["nothing is nothing", [], [], []],
])("%s", (_says, known, more, expected) => expect(joined(known, more)).toEqual(expected));

test("what is known already stays the same list", () => {
  const known = entries(3, 2, 1);
  expect(joinStory(known, known.slice(0, 2))).toBe(known);
});
