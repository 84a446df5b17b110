/** A stretch of a story, ms: since the beginning, or since the share in force first was at least `sinceSharePct`. */
export interface Span {
  readonly fromMs: number;
  /** `Infinity`: to the end. */
  readonly untilMs: number;
  readonly sinceSharePct?: number;
}

/** When the share in force first was at least so many percent, ms since the beginning; `Infinity`: not yet. */
export type Reached = (sharePct: number) => number;

/** The beginning of a stretch in ms since the story's beginning; `Infinity` while what it waits for has not come. */
export function beginsMs(span: Span, reached: Reached): number {
  return span.fromMs + (span.sinceSharePct === undefined ? 0 : reached(span.sinceSharePct));
}

/** True while the stretch lasts. */
export function isWithin(span: Span, elapsedMs: number, reached: Reached): boolean {
  const sinceMs = elapsedMs - beginsMs(span, reached);
  return sinceMs >= 0 && sinceMs < span.untilMs - span.fromMs;
}
