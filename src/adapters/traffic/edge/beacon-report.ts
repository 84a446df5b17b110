import { z } from "zod";

/**
 * What a page reports as gone wrong: an exception that nothing caught, a promise that was rejected and nobody listened, a script or style sheet
 * that did not load, an image that did not, and a page that showed nothing.
 */
export const browserErrors = ["uncaught", "rejection", "asset", "image", "blank"] as const;
export type BrowserError = (typeof browserErrors)[number];

/** What browsers measure of a page view. */
export type Vital = "lcp" | "inp" | "cls";

const tenMinutesMs = 600_000;
const milliseconds = z.number().min(0).max(tenMinutesMs);

const reportSchema = z.strictObject({
  page: z.string().max(500).optional(),
  shown: z.literal(true).optional(),
  errors: z.array(z.enum(browserErrors)).max(browserErrors.length).optional(),
  vitals: z
    .strictObject({ lcp: milliseconds.optional(), inp: milliseconds.optional(), cls: z.number().min(0).max(1_000).optional() })
    .optional(),
});

/** One message of a page. */
export interface BeaconReport {
  /** The mark that the page was sent with; `null`: it had none. */
  readonly mark: string | null;
  /** Each kind once. */
  readonly errors: ReadonlySet<BrowserError>;
  /** Seconds, but for `cls`; empty when the message measures nothing. */
  readonly vitals: ReadonlyMap<Vital, number>;
}

/** Reads a message; `null` when it is none. `shown` says only that the page lives, as every message does. */
export function readReport(text: string): BeaconReport | null {
  const parsed = reportSchema.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { page, errors = [], vitals = {} } = parsed.data;
  const measured = new Map<Vital, number>();
  if (vitals.lcp !== undefined) measured.set("lcp", vitals.lcp / 1000);
  if (vitals.inp !== undefined) measured.set("inp", vitals.inp / 1000);
  if (vitals.cls !== undefined) measured.set("cls", vitals.cls);
  return { mark: page ?? null, errors: new Set(errors), vitals: measured };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
