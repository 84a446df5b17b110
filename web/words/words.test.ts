import { describe, expect, test } from "vitest";
import { pathToFileURL } from "node:url";
import { filesBelow, textOf, top } from "../../test/tree.ts";
import { chosenLanguage, languages } from "./language.ts";

/** Every word of a table, by its place; of those that take something in, what they say of "x" or 3. */
function wordsOf(table: unknown, place = ""): ReadonlyMap<string, string> {
  if (typeof table === "string") return new Map([[place, table]]);
  if (typeof table === "function") return new Map([[place, (table as (...given: readonly string[]) => string)("3", "x", "x")]]);
  return new Map(
    Object.entries(table as Readonly<Record<string, unknown>>).flatMap(([name, word]) => [...wordsOf(word, `${place}.${name}`)]),
  );
}

const screens = filesBelow("web")
  .filter((path) => /^(?!.*\.test\.|web\/test\/|.*-words\.ts$).*\.tsx?$/.test(path))
  .map(textOf)
  .join("\n");
const files = filesBelow("web").filter((path) => path.endsWith("-words.ts"));

describe.each(files)("%s", async (path) => {
  const module = (await import(pathToFileURL(`${top}/${path}`).href)) as Readonly<Record<string, unknown>>;
  const tables = Object.values(module) as readonly Readonly<Record<string, unknown>>[];

  test("has every word in both languages, and none of them is empty", () => {
    expect(tables.length).toBeGreaterThan(0);
    for (const table of tables) {
      expect(Object.keys(table).sort()).toEqual([...languages].sort());
      const [en, fr] = [wordsOf(table["en"]), wordsOf(table["fr"])];
      expect([...fr.keys()]).toEqual([...en.keys()]);
      expect([...en, ...fr].filter(([, word]) => word.trim() === "" || word.includes("undefined"))).toEqual([]);
    }
  });

  test("has no word that no screen says", () => {
    const names = tables.flatMap((table) => Object.keys(table["en"] as object));
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(screens))).toEqual([]);
  });

  test("puts the narrow space before French double marks, and no plain one", () => {
    const french = tables.flatMap((table) => [...wordsOf(table["fr"]).values()]);
    expect(french.filter((word) => / [:;!?%»]|« |[^\s\u202f\u00a0/]:(?:\s|$)|'/.test(word))).toEqual([]);
  });
});

test("French has one word for one thing: a release is a « mise en production »", async () => {
  const tables = await Promise.all(
    files.map(async (path) => Object.values((await import(pathToFileURL(`${top}/${path}`).href)) as object)),
  );
  const french = tables.flat().flatMap((table) => [...wordsOf((table as Readonly<Record<string, unknown>>)["fr"]).values()]);
  expect(french.filter((word) => /déploiement|release(?! (?:manager|show|list|why))|rollback|\bavis\b/iu.test(word))).toEqual([]);
});

test("there are words", () => expect(files.length).toBeGreaterThan(2));

test.each([
  ["?lang=fr", "en", ["en-US"], "fr"],
  ["", "fr", ["en-US"], "fr"],
  ["", null, ["de-DE", "fr-CA", "en"], "fr"],
  ["?lang=de", "xx", ["de-DE"], "en"],
] as const)("with %s in the address, %s remembered and a browser of %s it speaks %s", (search, remembered, browser, language) => {
  expect(chosenLanguage(search, remembered, browser)).toBe(language);
});
