/** An edge cannot start as it was told. `why` is for programs; the message says what is wrong at which place, without a full stop. */
export class EdgeUnusable extends Error {
  override readonly name = "EdgeUnusable";
  readonly why: EdgeTrouble;
  constructor(why: EdgeTrouble, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.why = why;
  }
}

/** A word of the start is wrong; an address cannot be listened on; the folder, or the key, cannot be used. */
export type EdgeTrouble = "input" | "address" | "folder";
