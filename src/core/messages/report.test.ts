import { expect, test } from "vitest";
import type { Language } from "../plan.ts";
import { reportWords } from "./report.ts";
import type { EvidenceSummary } from "./report/words.ts";

const none: EvidenceSummary = { passed: 0, gates: 1, allGates: 1, open: [], failed: [], breached: [], guards: 1, people: null };

test.each<[Language, Partial<EvidenceSummary>, string]>([
  ["en", {}, "0 of 1 gate passed, and the one guard was not breached."],
  ["en", { passed: 1 }, "The one gate passed, and the one guard was not breached."],
  [
    "en",
    { passed: 1, gates: 2, allGates: 3, guards: 2 },
    "1 of 2 gates of the phases that it came to passed, and none of 2 guards was breached.",
  ],
  [
    "fr",
    { people: 0 },
    "0 critère validé sur 1, et le seul garde-fou n’a pas été franchi\u202f; 0 personne était sur la nouvelle version.",
  ],
  ["fr", { passed: 1 }, "Le seul critère a été validé, et le seul garde-fou n’a pas été franchi."],
  [
    "fr",
    { passed: 1, gates: 3, allGates: 4, open: ["b"], guards: 2 },
    "1 critère des phases atteintes validé sur 3, resté ouvert\u202f: «\u00a0b\u00a0», et aucun des 2 garde-fous n’a été franchi.",
  ],
])("%s: counts agree with their words: %j", (language, evidence, says) => {
  expect(reportWords[language].evidenceOf({ ...none, ...evidence })).toBe(says);
});
