import type { Reading } from "../ports.ts";

/** Throws the first reason when a source that was asked something knows nothing of anything: then the whole source cannot be asked. */
export function throwWhenNothingIsKnown(readings: ReadonlyMap<string, Reading>): void {
  const all = [...readings.values()];
  const first = all[0];
  if (first?.kind === "unavailable" && all.every(({ kind }) => kind === "unavailable")) throw new Error(first.why);
}
