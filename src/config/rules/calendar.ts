import { Temporal } from "temporal-polyfill";
import { sayDuration } from "../../core/duration.ts";
import { mayStart, nextOpening } from "../../core/windows.ts";
import type { WindowsOf } from "../../core/windows.ts";
import { completeWindows } from "../complete.ts";
import type { Draft } from "../draft.ts";
import { doubtful } from "../finding.ts";
import type { Rule } from "./rule.ts";

/** A release may start on the day for which it is planned. */
export const plannedDayIsOpen: Rule = (draft) => {
  const day = draft.metadata?.plannedFor;
  const windows = windowsOf(draft);
  if (day === undefined || windows === null) return [];
  const date = Temporal.PlainDate.from(day);
  const beginsMs = date.toZonedDateTime(windows.timeZone).epochMilliseconds;
  const endsMs = date.add({ days: 1 }).toZonedDateTime(windows.timeZone).epochMilliseconds;
  const opensMs = nextOpening(windows, beginsMs);
  if (opensMs !== null && opensMs < endsMs) return [];
  const noon = mayStart(windows, date.toZonedDateTime({ timeZone: windows.timeZone, plainTime: "12:00" }).epochMilliseconds);
  const why = noon.ok ? "" : ` (${noon.why === "not-preferred" ? "preferred: " : "avoided: "}${noon.says})`;
  const open = opensMs === null ? null : Temporal.Instant.fromEpochMilliseconds(opensMs).toZonedDateTimeISO(windows.timeZone);
  const weekday = date.toLocaleString("en", { weekday: "long" });
  const remedy =
    open === null
      ? "Leave some time open in windows."
      : `Plan it for ${open.toPlainDate().toString()}, from ${open.toPlainTime().toString().slice(0, 5)}.`;
  return [doubtful(["metadata", "plannedFor"], `${day} is a ${weekday}, and no release may start on that day${why}.`, remedy)];
};

/** A preferred window leaves time for the whole plan: one of twice its length does, from another a late start runs out. */
export const windowsFitThePlan: Rule = (draft) => {
  const windows = windowsOf(draft);
  if (windows === null || !draft.phases.isWhole) return [];
  const phases = draft.phases.items.map((phase) => phase.value);
  const planMs = phases.reduce((sum, phase) => sum + phase.observe, 0);
  const longestMs = phases.reduce((sum, phase) => sum + phase.observe + phase.extend, 0);
  const told = new Set<string>();
  return windows.windows.prefer.flatMap(({ fromMinute, toMinute, says }) => {
    const minutes = (toMinute - fromMinute + weekMinutes) % weekMinutes || weekMinutes;
    if (told.has(says) || longestMs * 2 <= minutes * 60_000) return [];
    told.add(says);
    const at = ["windows", "prefer", draft.settings.windows?.prefer.findIndex((text) => text.trim() === says) ?? 0];
    const takes = longestMs > planMs ? `${sayDuration(planMs)}, ${sayDuration(longestMs)} with its extensions` : sayDuration(planMs);
    if (planMs > minutes * 60_000)
      return [
        doubtful(at, `The plan takes ${takes}: longer than this window.`, "Widen the window, or expect people to be needed after it."),
      ];
    const last = (ms: number) => sayTime(toMinute - Math.ceil(ms / 60_000));
    const by =
      longestMs > planMs && longestMs <= minutes * 60_000 ? `${last(planMs)} (${last(longestMs)} with its extensions)` : last(planMs);
    return [
      doubtful(
        at,
        `The plan takes ${takes}: it ends inside this window only when it starts by ${by}.`,
        `Start it by ${last(longestMs <= minutes * 60_000 ? longestMs : planMs)}.`,
      ),
    ];
  });
};

const weekMinutes = 7 * 24 * 60;

function sayTime(minuteOfWeek: number): string {
  const minute = ((minuteOfWeek % 1440) + 1440) % 1440;
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

function windowsOf(draft: Draft): WindowsOf | null {
  const { metadata, settings } = draft;
  return metadata === null || settings.windows === null
    ? null
    : { windows: completeWindows(settings.windows), timeZone: metadata.timeZone, language: metadata.language };
}
