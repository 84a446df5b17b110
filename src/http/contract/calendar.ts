import { z } from "zod";
import type { Freeze } from "../../ports.ts";

export type { Freeze };

/*
 * When one may release: the week of a plan, and what stands in it.
 */

/** The query of `calendar`: `days` from a local day on, by the windows of the plan that is named; absent: this week, and the plan released last. */
export const calendarQuery = z.strictObject({
  from: z.iso.date("must be a day such as 2025-08-18").regex(/^20/, "must be a day of this century, such as 2025-08-18").optional(),
  days: z.coerce.number().int().min(1).max(42).default(7),
  plan: z.string().min(1).max(200).optional(),
  language: z.enum(["fr", "en"]).optional(),
});

/** Times are epoch ms. Bands may overlap; they are cut at the ends of the span. */
export interface CalendarAnswer {
  readonly nowMs: number;
  /** IANA zone of the plan, "UTC" without one. */
  readonly timeZone: string;
  /** The plan whose windows are shown; `null`: no plan is known yet. */
  readonly plan: PlanName | null;
  /** Where that plan releases; `null`: no plan is known yet. */
  readonly environment: string | null;
  /** Every plan that was released here, last first. */
  readonly plans: readonly PlanName[];
  readonly days: readonly CalendarDay[];
  readonly bands: readonly CalendarBand[];
  /** Starts in these days, from now on, with which the whole plan fits its windows, ascending. */
  readonly starts: readonly CalendarStart[];
  /** Every release of that environment that runs, waits or ran in these days, by its beginning. */
  readonly releases: readonly CalendarRelease[];
  /** The next start that fits the whole plan with its extensions; `null`: none within 400 days, or no plan. */
  readonly nextStartMs: number | null;
}

export interface PlanName {
  readonly name: string;
  readonly title: string;
}

export interface CalendarDay {
  /** YYYY-MM-DD in the zone. */
  readonly date: string;
  /** A day of a clock change is 23 or 25 h long. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Where the clock is put forward (`byMs` above 0) or back on this day; `null`: it is not. */
  readonly change: { readonly atMs: number; readonly byMs: number } | null;
  /** The public holiday's name, where the plan avoids it; `null`: none. */
  readonly holiday: string | null;
}

export interface CalendarBand {
  readonly kind: "preferred" | "avoided" | "holiday" | "freeze";
  readonly fromMs: number;
  readonly toMs: number;
  /** The plan's own words, the holiday's name, or the freeze's reason. */
  readonly says: string;
}

/** From the first start that fits to the last; both are epoch ms. */
export interface CalendarStart {
  readonly fromMs: number;
  readonly lastMs: number;
  /** The last start with which every extension fits too; `null`: none of these. */
  readonly extendedLastMs: number | null;
}

export interface CalendarRelease {
  readonly id: string;
  readonly title: string;
  /** Kind of the status. */
  readonly status: string;
  readonly state: "planned" | "running" | "over";
  /** Where it stands, in one sentence. */
  readonly sentence: string;
  /** When it began; foreseen while it is planned. */
  readonly fromMs: number;
  /** When it ends, or ended; foreseen without extensions while it runs. */
  readonly toMs: number;
  /** As `toMs`, with every extension. */
  readonly extendedToMs: number;
  /** What it does not fit, and the next start that does where it is planned; `null`: it fits its windows without extensions, or is over. */
  readonly outside: { readonly says: string; readonly nextFitMs: number | null } | null;
}

/** The body of `setFreeze`: nothing starts or advances in the environment until it is lifted, or until `untilMs`. Its answer is a `Freeze`, status 201. */
export const setFreezeBody = z.strictObject({
  environment: z.string().min(1).max(100),
  reason: z.string().trim().min(1, "must say why").max(2_000),
  /** Epoch ms; absent: until somebody lifts it. */
  untilMs: z.number().int().positive().optional(),
});
export type SetFreezeBody = z.infer<typeof setFreezeBody>;
