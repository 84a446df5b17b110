/** A text was understood, or not: then `message` says what is wrong and `remedy` what to write instead, each a sentence. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | Misread;

export interface Misread {
  readonly ok: false;
  readonly message: string;
  readonly remedy: string;
}

/** Longer texts are not read at all: no condition, guard, reaction or window needs more. */
export const longestText = 200;

/** A text in quotes for a message, cut after 60 characters, control characters made visible. */
export function quoted(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(shown);
}
