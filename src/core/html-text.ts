import { plainLine } from "./plain-line.ts";

/** A text as HTML shows it, in an element or a quoted attribute. */
export function htmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** As `htmlText`, of one line that means nothing but itself. */
export function htmlLine(text: string): string {
  return htmlText(plainLine(text));
}
