import { z } from "zod";
import type { Finding } from "../../../core/observation.ts";
import { oneLine } from "../../one-line.ts";

/** Sessions of an arm and their users since the release began, and how many of them crashed. */
export interface Health {
  readonly sessions: Counted;
  readonly users: Counted;
}

export interface Counted {
  readonly total: number;
  readonly crashed: number;
}

/** Errors of an arm since the release began, and how many users had one. */
export interface Errors {
  readonly events: number;
  readonly users: number;
}

const count = z.number().int().min(0);
const rate = z.number().min(0).max(1).nullable();

const sessionsShape = z.object({
  groups: z
    .array(
      z.object({
        totals: z.object({
          "sum(session)": count,
          "crash_rate(session)": rate,
          "count_unique(user)": count,
          "crash_rate(user)": rate,
        }),
      }),
    )
    .max(1),
});

/** The fields that `readHealth` reads. */
export const healthFields = ["sum(session)", "crash_rate(session)", "count_unique(user)", "crash_rate(user)"] as const;

/**
 * Reads the release health of an arm; `null` when the answer is not of this shape. How many crashed is the rate of the whole, which is a whole
 * number again: groups by status are not used, because they overlap in some versions of Sentry.
 *
 * Source: https://docs.sentry.io/api/releases/retrieve-release-health-session-statistics/
 */
export function readHealth(json: unknown): Health | null {
  const read = sessionsShape.safeParse(json);
  if (!read.success) return null;
  const totals = read.data.groups[0]?.totals;
  const counted = (total = 0, crashRate: number | null = null): Counted => ({ total, crashed: Math.round(total * (crashRate ?? 0)) });
  return {
    sessions: counted(totals?.["sum(session)"], totals?.["crash_rate(session)"]),
    users: counted(totals?.["count_unique(user)"], totals?.["crash_rate(user)"]),
  };
}

const eventsShape = z.object({ data: z.array(z.object({ "count()": count, "count_unique(user)": count })).max(1) });

/** The fields that `readErrors` reads. */
export const errorFields = ["count()", "count_unique(user)"] as const;

/** Reads how many errors an arm had; `null` when the answer is not of this shape. Source: https://docs.sentry.io/api/explore/query-explore-events-in-table-format/ */
export function readErrors(json: unknown): Errors | null {
  const read = eventsShape.safeParse(json);
  if (!read.success) return null;
  const [row] = read.data.data;
  return { events: row?.["count()"] ?? 0, users: row?.["count_unique(user)"] ?? 0 };
}

/** One issue as Sentry lists it, and what is told of it. */
export interface ListedIssue {
  readonly id: string;
  readonly finding: Extract<Finding, { readonly issue: string }>;
}

const issueShape = z.object({
  id: z.string().regex(/^\d+$/),
  title: z.string(),
  count: z.coerce.number().int().min(0),
  firstSeen: z.iso.datetime({ offset: true }),
  permalink: z.url({ protocol: /^https?$/ }).nullish(),
});

/** Reads a page of issues; what is not of this shape is left out. Source: https://docs.sentry.io/api/events/list-an-organizations-issues/ */
export function readIssues(json: unknown, sinceMs: number): readonly ListedIssue[] {
  if (!Array.isArray(json)) return [];
  return json.flatMap((one): ListedIssue[] => {
    const read = issueShape.safeParse(one);
    if (!read.success) return [];
    const { id, title, count: events, firstSeen, permalink } = read.data;
    const issue = oneLine(title, 120);
    const isNew = Date.parse(firstSeen) >= sinceMs;
    return [
      { id, finding: { issue: issue === "" ? "an error without a title" : issue, events, isNew, frames: [], url: permalink ?? null } },
    ];
  });
}

const frameShape = z.object({
  function: z.string().nullish(),
  filename: z.string().nullish(),
  lineNo: z.number().int().nullish(),
  inApp: z.boolean().nullish(),
});
const eventShape = z.object({
  entries: z.array(z.object({ type: z.string(), data: z.unknown() })),
});
const exceptionShape = z.object({ values: z.array(z.object({ stacktrace: z.object({ frames: z.array(z.unknown()) }).nullish() })) });

/** So many frames of an error are kept. */
const mostFrames = 3;

/**
 * The frames where an event's last exception was thrown, the innermost first, those of the application where Sentry knows them; empty when it has
 * none. Source: https://docs.sentry.io/api/events/retrieve-an-issue-event/
 */
export function readFrames(json: unknown): readonly string[] {
  const event = eventShape.safeParse(json);
  if (!event.success) return [];
  const exception = exceptionShape.safeParse(event.data.entries.find(({ type }) => type === "exception")?.data);
  const frames = exception.data?.values.at(-1)?.stacktrace?.frames.flatMap((frame) => frameShape.safeParse(frame).data ?? []) ?? [];
  const own = frames.filter(({ inApp }) => inApp === true);
  return (own.length > 0 ? own : frames)
    .toReversed()
    .slice(0, mostFrames)
    .map(({ function: name, filename, lineNo }) => {
      const place = `${filename ?? "unknown file"}${typeof lineNo === "number" ? `:${lineNo}` : ""}`;
      return oneLine(typeof name === "string" && name !== "" ? `${name} (${place})` : place, 100);
    });
}
