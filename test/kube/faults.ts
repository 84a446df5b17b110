/** A request as a fault sees it. */
export interface AskedFor {
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/**
 * What goes wrong: `slow` answers later, `status` answers this code, `html` answers an error page, `truncated` breaks off in the middle of a body,
 * `refused` closes the connection, `silent` never answers, `huge` answers more than anybody reads, `garbage` is JSON of another kind.
 */
export type Fault =
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "status"; readonly code: number; readonly retryAfterSeconds?: number }
  | { readonly kind: "html" }
  | { readonly kind: "truncated" }
  | { readonly kind: "refused" }
  | { readonly kind: "silent" }
  | { readonly kind: "huge" }
  | { readonly kind: "garbage"; readonly text: string };

/** Faults of a server, in the order in which they were set; the first that fits is used. */
export class Faults {
  readonly #set: { readonly fits: (asked: AskedFor) => boolean; readonly fault: Fault; left: number }[] = [];

  /** From now on requests that fit are answered so, `times` of them. */
  add(
    fault: Fault,
    { fits = () => true, times = Number.POSITIVE_INFINITY }: { readonly fits?: (asked: AskedFor) => boolean; readonly times?: number } = {},
  ): void {
    this.#set.push({ fits, fault, left: times });
  }

  /** All is well again. */
  clear(): void {
    this.#set.length = 0;
  }

  /** The fault of this request, used up; `null`: none. */
  take(asked: AskedFor): Fault | null {
    const found = this.#set.find((each) => each.left > 0 && each.fits(asked));
    if (!found) return null;
    found.left -= 1;
    return found.fault;
  }
}
