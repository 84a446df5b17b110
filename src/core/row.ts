import type { Observation } from "./observation.ts";

/**
 * One stored tick: what was seen, with the cursor that the next differencing starts from. Rows are numbered from 1 per release. A tick that
 * brought no readings and no decision leaves no row.
 */
export interface Row {
  readonly release: string;
  readonly number: number;
  readonly observation: Observation;
  /** Last cumulative values by quantity and series; only those that changed with this row. */
  readonly cursor: Cursor;
}

/** By quantity, by series: `[bad, badAtMost, total]` as last read. */
export type Cursor = Readonly<Record<string, Readonly<Record<string, readonly [bad: number, badAtMost: number, total: number]>>>>;
