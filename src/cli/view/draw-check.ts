import type { CheckView } from "../../http/release-view.ts";
import { drawBand } from "./band.ts";
import { fit, span, squeeze, widthOf } from "./span.ts";
import type { Line, Span, Style } from "./span.ts";

/** The style of an answer: blue, grey, amber, red; a guard that is far away is nothing to look at. */
export function styleOfCheck(check: CheckView): Style {
  switch (check.kind) {
    case "pass":
      return "good";
    case "fail":
      return "bad";
    case "no-data":
    case "invalid":
      return "holding";
    case "undecided":
    case "not-yet":
      return "undecided";
  }
}

/** A gate or guard in one line: its name, its band, the figure, the answer in words, and the line or reaction. */
export function drawCheck(check: CheckView, columns: number): Line {
  const style = styleOfCheck(check);
  const label = Math.min(28, Math.floor(columns * 0.23));
  const band = Math.min(36, Math.floor(columns * 0.19));
  // A guard is looked at only when it is near: its estimate is enough, and its reaction needs the room.
  const isGuard = check.aside.startsWith("→");
  const figure = isGuard ? 9 : columns < 90 ? 20 : 21;
  const said = isGuard ? (check.figure?.split(" [")[0] ?? "") : (check.figure ?? "");
  const left: Line = [
    ...fit([span(` ${squeeze(check.label, label - 1)}`)], label),
    span(" "),
    ...bandOf(check, band, style),
    span(" "),
    ...fit([span(said)], figure),
    span(" "),
  ];
  const rest = columns - label - band - figure - 3;
  const word = span(check.word, style);
  const aside = widthOf(check.word) + 2 + widthOf(check.aside) <= rest || isGuard ? [span("  "), span(check.aside, "faint")] : [];
  return [...left, ...fit([word, ...aside], rest)];
}

function bandOf(check: CheckView, columns: number, style: Style): readonly Span[] {
  if (check.band === null) return [span(" ".repeat(columns))];
  const spans: Span[] = [];
  for (const { character, part } of drawBand(check.band, columns)) {
    const look = part === "interval" || part === "estimate" ? style : "faint";
    const last = spans.at(-1);
    if (last?.style === look) spans[spans.length - 1] = span(last.text + character, look);
    else spans.push(span(character, look));
  }
  return spans;
}
