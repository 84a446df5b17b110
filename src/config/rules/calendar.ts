import { Temporal } from "temporal-polyfill";
import { sayDuration } from "../../core/duration.ts";
import { doubts } from "../../core/messages/doubts.ts";
import type { Opening } from "../../core/messages/doubts.ts";
import { sayDay, sayMoment, sayTime } from "../../core/messages/times.ts";
import { sayMisfit } from "../../core/messages/when.ts";
import type { Closed } from "../../core/messages/when.ts";
import { saySpan } from "../../core/messages/numbers.ts";
import type { Plan, WeekRange } from "../../core/plan.ts";
import { misfitOf, nextFit, runLength } from "../../core/when.ts";
import { isInRange, mayStart, minutesOfRange, nextOpening } from "../../core/windows.ts";
import type { Draft } from "../draft.ts";
import type { Path } from "../finding.ts";
import { parseWeekRange } from "../week-ranges.ts";
import { doubt } from "./rule.ts";
import type { LateRule } from "./rule.ts";

const weekMinutes = 7 * 24 * 60;
const dayMinutes = 24 * 60;

/** A release may start on the day for which it is planned. */
export const plannedDayIsOpen: LateRule = (_draft, { plan, language }) => {
  const day = plan.plannedFor;
  if (day === null || isOpenOn(plan, day)) return [];
  const date = Temporal.PlainDate.from(day);
  const noon = mayStart(plan, date.toZonedDateTime({ timeZone: plan.timeZone, plainTime: "12:00" }).epochMilliseconds);
  const weekday = date.toLocaleString(language, { weekday: "long" });
  const said = doubts[language].plannedDay({ day, weekday, closed: noon.ok ? null : noon, opens: openingFrom(plan, startOf(plan, day)) });
  return [doubt(["metadata", "plannedFor"], said)];
};

/** A release may start at the moment that was asked about. Not told where the planned day is closed as a whole: that is told already. */
export const startIsOpen: LateRule = (_draft, { plan, startsMs, language }) => {
  if (startsMs === null) return [];
  const day = dayOf(plan, startsMs);
  const answer = mayStart(plan, startsMs);
  if (answer.ok || (day === plan.plannedFor && !isOpenOn(plan, day))) return [];
  const closed: Closed = answer;
  const said = doubts[language].startClosed({ moment: sayMoment(plan, startsMs, language), closed, opens: openingFrom(plan, startsMs) });
  return [doubt(plan.plannedFor === null ? ["windows"] : ["metadata", "plannedFor"], said)];
};

/** The whole plan fits when it starts at that moment, extensions aside. Where nothing may start then at all, that is told already. */
export const startFits: LateRule = (_draft, { plan, startsMs, language }) => {
  if (startsMs === null) return [];
  const misfit = misfitOf(plan, startsMs, { extensions: false, freezes: [] });
  if (misfit === null || misfit.kind === "closed") return [];
  const fitsMs = nextFit(plan, startsMs, { extensions: true, freezes: [] });
  const opens = fitsMs === null ? null : { day: dayOf(plan, fitsMs), time: sayTime(plan, fitsMs) };
  const because = sayMisfit(plan, { misfit, startMs: startsMs }, language);
  return [doubt(["windows"], doubts[language].startMisfit({ moment: sayMoment(plan, startsMs, language), because, opens }))];
};

/** What is said to take so long takes so long: with every extension or without. */
export const totalIsRight: LateRule = (_draft, { plan, language }) => {
  const parts = plan.remarks.estimatedMs;
  const { shortestMs, longestMs } = runLength(plan);
  const claimedMs = parts.reduce((sum, part) => sum + part, 0);
  if (parts.length === 0 || (claimedMs >= shortestMs && claimedMs <= longestMs)) return [];
  const last = plan.phases.at(-1)?.observeMs ?? 0;
  const span = (ms: number): string => saySpan(ms, language);
  const write = sayDuration(shortestMs);
  const isTwice = claimedMs - last === shortestMs && parts.at(-1) === last;
  const said = isTwice
    ? doubts[language].totalTwice({
        phases: plan.phases.map((phase) => span(phase.observeMs)),
        sum: span(shortestMs),
        last: span(last),
        write,
      })
    : doubts[language].totalDiffers({ claimed: span(claimedMs), takes: span(shortestMs), write });
  return [doubt(["metadata", "estimated"], said)];
};

/**
 * A preferred window in which the release fits leaves time for it, however late it starts: one of twice its length does. A window shorter
 * than the release is one for its start alone.
 */
export const windowsFitThePlan: LateRule = (draft, { plan, language }) => {
  const { shortestMs, longestMs } = runLength(plan);
  const span = (ms: number): string => saySpan(ms, language);
  return eachWindow(draft).flatMap(({ path, text, window }) => {
    const lengthMs = minutesOfRange(window) * 60_000;
    if (shortestMs > lengthMs || longestMs * 2 <= lengthMs) return [];
    const last = (ms: number): number => window.toMinute - Math.ceil(ms / 60_000);
    const mayExtend = longestMs > shortestMs && longestMs <= lengthMs;
    const said = doubts[language].windowLate({
      takes: { shortest: span(shortestMs), longest: longestMs > shortestMs ? span(longestMs) : null },
      by: sayClock(last(shortestMs)),
      byLongest: mayExtend ? sayClock(last(longestMs)) : null,
      write: shortened(text, window, last(mayExtend ? longestMs : shortestMs)),
      closes: sayClock(window.toMinute),
    });
    return [doubt(path, said)];
  });
};

/** What starts in a preferred window is over before an avoided one in which nothing advances. */
export const windowsEndBeforeAvoided: LateRule = (draft, { plan, language }) => {
  const takes = Math.ceil(runLength(plan).shortestMs / 60_000);
  return eachWindow(draft).flatMap(({ path, text, window }) => {
    const length = minutesOfRange(window);
    const met = plan.windows.avoid
      .map((range) => ({ range, after: (range.fromMinute - window.fromMinute + weekMinutes) % weekMinutes }))
      .filter(({ range, after }) => after > 0 && after < length + takes && !isInRange(range, window.fromMinute))
      .toSorted((a, b) => a.after - b.after)[0];
    if (met === undefined || isLateInside(plan, length)) return [];
    const lastStart = met.after - takes;
    const write = lastStart > 0 ? shortened(text, window, window.fromMinute + lastStart) : null;
    const from = `${weekdayOf(met.range.fromMinute, language)} ${sayClock(met.range.fromMinute)}`;
    return [doubt(path, doubts[language].windowThenClosed({ closed: met.range.says, from, write }))];
  });
};

/** True where `windowsFitThePlan` speaks already. */
function isLateInside(plan: Plan, minutes: number): boolean {
  const { shortestMs, longestMs } = runLength(plan);
  return shortestMs <= minutes * 60_000 && longestMs * 2 > minutes * 60_000;
}

/** Each preferred range once, with the first of its days: they are all as long. */
function eachWindow(draft: Draft): readonly { readonly path: Path; readonly text: string; readonly window: WeekRange }[] {
  const texts = draft.settings.windows?.prefer ?? [];
  return texts.flatMap((text, index) => {
    const parsed = parseWeekRange(text);
    const window = parsed.ok ? parsed.value[0] : undefined;
    const isFirst = texts.findIndex((other) => other.trim() === text.trim()) === index;
    return window === undefined || !isFirst ? [] : [{ path: ["windows", "prefer", index], text: text.trim(), window }];
  });
}

/** The window's own words with another end: "tue-thu 14:00-14:45". */
function shortened(text: string, { fromMinute }: WeekRange, endMinute: number): string {
  const [days = text] = text.split(" ");
  return `${days} ${sayClock(fromMinute)}-${sayClock(endMinute)}`;
}

function isOpenOn(plan: Plan, day: string): boolean {
  const opensMs = nextOpening(plan, startOf(plan, day));
  return opensMs !== null && opensMs < Temporal.PlainDate.from(day).add({ days: 1 }).toZonedDateTime(plan.timeZone).epochMilliseconds;
}

function startOf(plan: Plan, day: string): number {
  return Temporal.PlainDate.from(day).toZonedDateTime(plan.timeZone).epochMilliseconds;
}

function dayOf(plan: Plan, atMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(plan.timeZone).toPlainDate().toString();
}

function openingFrom(plan: Plan, fromMs: number): Opening | null {
  const opensMs = nextOpening(plan, fromMs);
  return opensMs === null ? null : { day: dayOf(plan, opensMs), time: sayTime(plan, opensMs) };
}

function sayClock(minuteOfWeek: number): string {
  const minute = ((minuteOfWeek % dayMinutes) + dayMinutes) % dayMinutes;
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** Monday of some week is enough to name a weekday. */
function weekdayOf(minuteOfWeek: number, language: Plan["language"]): string {
  const day = Math.floor(minuteOfWeek / dayMinutes) % 7;
  const name = sayDay({ timeZone: "UTC" }, Date.UTC(2024, 0, 1 + day), language);
  return name.split(" ")[0] ?? name;
}
