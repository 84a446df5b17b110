/** Writes one structured line. `fields` never hold a token, nor anything that a body said beyond names and reasons. */
export type Log = (level: "info" | "warning" | "error", event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log that writes each line as one JSON object through `write`, stamped with `nowMs` as ISO time. */
export function createLog(write: (line: string) => void, nowMs: () => number): Log {
  return (level, event, fields = {}) => write(`${JSON.stringify({ at: new Date(nowMs()).toISOString(), level, event, ...fields })}\n`);
}
