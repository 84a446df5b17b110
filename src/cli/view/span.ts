import { plainText } from "../plain-text.ts";

/** How a piece of text looks: words say it first, the style only repeats it. */
export type Style = "plain" | "strong" | "faint" | "good" | "undecided" | "holding" | "bad";

/** A piece of a line in one style. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** Pieces from left to right. */
export type Line = readonly Span[];

// Blue, grey, amber and red of the terminal's own palette: told apart by colour-blind eyes, and chosen by whoever looks.
const codes: Readonly<Record<Style, string>> = {
  plain: "",
  strong: "1",
  faint: "2",
  good: "34",
  undecided: "90",
  holding: "33",
  bad: "31",
};

/** One piece; text from outside becomes harmless here (`plainText`). */
export function span(text: string, style: Style = "plain"): Span {
  return { text: plainText(text), style };
}

/** The line as text, with colours or without. */
export function paint(line: Line, color: boolean): string {
  return line.map(({ text, style }) => (color && codes[style] !== "" ? `\u001b[${codes[style]}m${text}\u001b[0m` : text)).join("");
}

const wide = /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6])/u;
/** Letters with accents, punctuation, arrows, box drawing: one column each. It spares the slow way for nearly everything that is drawn. */
const narrow = /^[\u0020-\u02ff\u2010-\u2027\u202f-\u205f\u2070-\u22ff\u2500-\u25cf]*$/u;
const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Columns that the text takes in a terminal. Source: Unicode Standard Annex 11 (wide and full-width characters take two). */
export function widthOf(text: string): number {
  if (narrow.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segments.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Columns of a whole line. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** The line in exactly `columns` columns: filled with spaces, or cut with an ellipsis. */
export function fit(line: Line, columns: number): Line {
  const width = lineWidth(line);
  if (width <= columns) return [...line, { text: " ".repeat(columns - width), style: "plain" }];
  const cut: Span[] = [];
  let left = columns - 1;
  for (const { text, style } of line) {
    const kept = cutText(text, left);
    left -= widthOf(kept);
    cut.push({ text: kept, style });
    if (kept !== text) break;
  }
  return [...cut, { text: "…", style: "plain" }, { text: " ".repeat(Math.max(0, left)), style: "plain" }];
}

/** The text in at most `columns` columns, its middle left out: the end of a condition matters as much as its beginning. */
export function squeeze(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const tail = Math.min(8, Math.floor(columns / 2));
  const ending = Array.from(segments.segment(text), ({ segment }) => segment)
    .slice(-tail)
    .join("");
  return `${cutText(text, Math.max(0, columns - 1 - widthOf(ending)))}…${ending}`;
}

/** The text in lines of at most `columns` columns, broken at spaces; a longer word is cut. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = widthOf(word) <= columns ? word : `${cutText(word, columns - 1)}…`;
  }
  return [...lines, line];
}

function cutText(text: string, columns: number): string {
  if (narrow.test(text)) return text.slice(0, Math.max(0, columns));
  let kept = "";
  let left = columns;
  for (const { segment } of segments.segment(text)) {
    left -= wide.test(segment) ? 2 : 1;
    if (left < 0) break;
    kept += segment;
  }
  return kept;
}
