/**
 * Whether what is shown is what is so. `connecting`: nothing was heard yet. `live`: news come by themselves. `polling`: they are asked for, because
 * no stream comes through. `away`: nothing is heard since `sinceMs` (this machine's time), and it is tried again at `retryAtMs`. `ended`: the server refuses, and
 * trying again would not help.
 */
export type Link =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "polling" }
  | { readonly kind: "away"; readonly sinceMs: number; readonly tries: number; readonly retryAtMs: number }
  | { readonly kind: "ended" };

/** What happens to a link. */
export type LinkEvent =
  /** The stream said something. */
  | { readonly kind: "heard" }
  /** A single call was answered, while the stream is closed (`polling`) or open and silent. */
  | { readonly kind: "answered"; readonly isStreaming: boolean }
  /** The stream broke, or nobody answered. */
  | { readonly kind: "lost" }
  /** The server refused. */
  | { readonly kind: "refused" };

/** Pauses between tries, ms; the last one is kept. */
const pausesMs = [1_000, 2_000, 4_000, 8_000, 15_000];

/** The link after `event` at `nowMs` (this machine's time). */
export function nextLink(link: Link, event: LinkEvent, nowMs: number): Link {
  switch (event.kind) {
    case "heard":
      return link.kind === "live" ? link : { kind: "live" };
    case "answered": {
      const kind = event.isStreaming ? "live" : "polling";
      return link.kind === kind ? link : { kind };
    }
    case "lost": {
      const [tries, sinceMs] = link.kind === "away" ? [link.tries + 1, link.sinceMs] : [1, nowMs];
      const pauseMs = pausesMs[Math.min(tries, pausesMs.length) - 1] ?? 0;
      return { kind: "away", sinceMs, tries, retryAtMs: nowMs + pauseMs };
    }
    case "refused":
      return { kind: "ended" };
  }
}
