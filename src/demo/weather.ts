/** Where the release is and how the world does, as people bring it to the shop, so that what goes wrong can begin and end with it. */
export interface Weather {
  /** Index of the phase that the release is in; 0 before the first. */
  readonly phase: number;
  /** The plan's minutes since that phase began. */
  readonly minute: number;
  /** Share of the answers that the shop's database spoils, whichever version asks it, 0-1. */
  readonly incident: number;
}

/** Before anything begins, and with nothing wrong in the world. */
export const fairWeather: Weather = { phase: 0, minute: 0, incident: 0 };

/** The header that carries the weather. */
export const weatherHeader = "demo-weather";

/** The weather as the value of its header. */
export function sayWeather({ phase, minute, incident }: Weather): string {
  return `${phase} ${minute.toFixed(3)} ${incident}`;
}

/** Reads the header's value; fair where there is none, or where it cannot be read. */
export function readWeather(value: string | undefined): Weather {
  const [phase, minute, incident] = (value ?? "").split(" ").map(Number);
  if (phase === undefined || minute === undefined || incident === undefined) return fairWeather;
  return Number.isFinite(phase + minute + incident) ? { phase, minute, incident } : fairWeather;
}

/** A stretch of a release. Minutes are the plan's own. */
export interface Span {
  /** Index of the phase that it begins in. */
  readonly fromPhase: number;
  /** Minutes after the phase began; absent: 0. */
  readonly fromMinute?: number;
  /** How long it lasts, at most to the end of the phase; absent: to the end of the release. */
  readonly forMinutes?: number;
}

/** True while the span lasts. */
export function isWithin({ fromPhase, fromMinute = 0, forMinutes }: Span, { phase, minute }: Weather): boolean {
  const hasBegun = phase > fromPhase || (phase === fromPhase && minute >= fromMinute);
  return hasBegun && (forMinutes === undefined || (phase === fromPhase && minute < fromMinute + forMinutes));
}
