import { isUtf8 } from "node:buffer";
import type { Problem } from "../errors.ts";

/** Files of people are far smaller; a larger one is a mistake or an attack. */
const largestBytes = 1024 * 1024;

export type SourceText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: Problem };

/** The text of a file that a person wrote: UTF-8, at most 1 MiB, without NUL and other control characters; otherwise the one problem with it. */
export function readSourceText(input: string | Uint8Array, file: string): SourceText {
  const bytes = typeof input === "string" ? Buffer.from(input, "utf8") : input;
  const refuse = (message: string, remedy: string, at = { line: 1, column: 1 }): SourceText => ({
    ok: false,
    problem: { file, ...at, severity: "error", code: "file", message, remedy },
  });
  if (bytes.length > largestBytes) {
    return refuse(
      `The file has ${Math.ceil(bytes.length / 1024)} KiB, and 1024 KiB is the most that is read.`,
      "Write only what belongs to this file.",
    );
  }
  if (isUtf16(bytes)) return refuse("The file is in UTF-16.", "Save it as UTF-8.");
  const invalid = firstInvalid(bytes);
  if (invalid !== null)
    return refuse("The file is not in UTF-8 from here on.", "Save it as UTF-8.", positionIn(bytes.subarray(0, invalid)));
  const text = new TextDecoder("utf-8", { ignoreBOM: false }).decode(bytes);
  // Tab, line feed and carriage return are the only control characters of a text file.
  const control = /[^\P{Cc}\t\n\r\u0080-\u009F]/u.exec(text);
  if (control === null) return { ok: true, text };
  const code = control[0].codePointAt(0) ?? 0;
  return refuse(
    `There is a control character here (U+${code.toString(16).toUpperCase().padStart(4, "0")}).`,
    "Remove it: a text file has only tabs and line ends.",
    positionOf(text, control.index),
  );
}

/** Line and column, both from 1, of an index into a text; columns count UTF-16 units. */
function positionOf(text: string, index: number): { line: number; column: number } {
  const before = text.slice(0, index);
  return { line: before.split("\n").length, column: index - before.lastIndexOf("\n") };
}

function positionIn(before: Uint8Array): { line: number; column: number } {
  // A character that has only begun is not counted: it is the one that is shown.
  const text = new TextDecoder().decode(before, { stream: true });
  return positionOf(text, text.length);
}

/** A byte order mark, or NUL in every second byte of the beginning. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const start = bytes.subarray(0, 64);
  const zeros = (odd: number) => start.filter((byte, at) => at % 2 === odd && byte === 0).length;
  return start.length >= 8 && [0, 1].some((odd) => zeros(odd) > start.length * 0.4);
}

/** Index of the first byte that is not part of valid UTF-8; `null` when all is. */
function firstInvalid(bytes: Uint8Array): number | null {
  if (isUtf8(bytes)) return null;
  let low = 0;
  let high = bytes.length;
  // The longest valid beginning; `stream` tolerates a cut inside a character.
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (beginsUtf8(bytes.subarray(0, middle))) low = middle;
    else high = middle;
  }
  return low;
}

function beginsUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
