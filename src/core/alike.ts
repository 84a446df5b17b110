/** Cyrillic and Greek letters, and figures, that look like the Latin letter below them. Source: https://www.unicode.org/reports/tr39/#Confusable_Detection */
const lookLike: ReadonlyMap<string, string> = new Map(
  Array.from("авсеԁһіјкӏмопрԛѕтυѵԝхуαβεικνορτχγωı01|", (letter, at) => [
    letter,
    Array.from("abcedhljklmonpqstuvwxyabelkvoptxywloll")[at] ?? "",
  ]),
);

/**
 * What is left of a name when everything is taken away that people do not see or hardly see: two names with the same shape can be mistaken for
 * each other in a journal.
 */
export function shapeOf(name: string): string {
  const bare = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[\p{M}\p{Default_Ignorable_Code_Point}\p{White_Space}]/gu, "");
  return Array.from(bare, (letter) => (letter === "i" ? "l" : (lookLike.get(letter) ?? letter))).join("");
}
