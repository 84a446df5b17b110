import type { Reading } from "../ports.ts";

/**
 * Throws the first reason when a source that was asked something knows nothing of anything, and will not soon: then the whole source cannot be
 * asked.
 */
export function throwWhenNothingIsKnown(readings: ReadonlyMap<string, Reading>): void {
  const all = [...readings.values()];
  const [first, ...more] = all.flatMap((reading) => (reading.kind === "unavailable" && !reading.soon ? [reading] : []));
  if (first !== undefined && more.length + 1 === all.length) throw new Error(first.why);
}
