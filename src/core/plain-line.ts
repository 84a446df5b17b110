/**
 * A text from outside as one line that means nothing but itself: line ends become blanks, other control characters and those that turn the direction
 * of writing go; longer than `longest` UTF-16 units it is cut, and ends with "…".
 */
export function plainLine(text: string, longest = 2_000): string {
  const line = text
    .replaceAll(/[\r\n\t\u2028\u2029]+/g, " ")
    .replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, "")
    .trim();
  return cutTo(line, longest);
}

/** At most `longest` UTF-16 units of the text, no character cut in half; what was cut ends with "…". */
export function cutTo(text: string, longest: number): string {
  return text.length <= longest
    ? text
    : `${text
        .slice(0, longest - 1)
        .toWellFormed()
        .replace(/\ufffd$/, "")}…`;
}
