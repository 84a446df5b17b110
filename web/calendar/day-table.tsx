import type { ReactNode } from "react";
import type { CalendarAnswer, CalendarDay } from "../../src/http/contract/calendar.ts";
import { pathOfRelease, To } from "../app/address.tsx";
import { calendarWords } from "../words/calendar-words.ts";
import type { CalendarWords } from "../words/calendar-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { saySpan, sayDay, sayTime, sayWhen } from "../words/numbers.ts";
import { itemsOf } from "./day-items.ts";
import type { DayItem } from "./day-items.ts";

/** The same days in words, for who listens, and for narrow screens. */
export function DayTable({ answer }: { readonly answer: CalendarAnswer }): ReactNode {
  const words = useWords(calendarWords);
  return (
    <table className="day-table">
      <caption className="unseen">{words.tableCaption}</caption>
      <thead className="unseen">
        <tr>
          <th scope="col">{words.when}</th>
          <th scope="col">{words.what}</th>
        </tr>
      </thead>
      {answer.days.map((day) => (
        <DayRows key={day.date} answer={answer} day={day} />
      ))}
    </table>
  );
}

function DayRows({ answer, day }: { readonly answer: CalendarAnswer; readonly day: CalendarDay }): ReactNode {
  const words = useWords(calendarWords);
  const language = useLanguage();
  const items = itemsOf(answer, day);
  const length = day.change === null ? null : saySpan(day.toMs - day.fromMs, language);
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={2} className="day-head">
          {sayDay(day.fromMs, answer.timeZone, language)}
          {length !== null && <span className="faint"> ({length})</span>}
        </th>
      </tr>
      {items.length === 0 && (
        <tr>
          <td />
          <td className="faint">{words.nothingThatDay}</td>
        </tr>
      )}
      {items.map((item, at) => (
        <tr key={at} className={`item item-${item.kind === "band" ? item.band.kind : item.kind}`}>
          <td className="item-when">{sayStretch(item, day, { words, timeZone: answer.timeZone })}</td>
          <td className="item-what">
            <Said item={item} timeZone={answer.timeZone} />
          </td>
        </tr>
      ))}
    </tbody>
  );
}

function sayStretch(
  { fromMs, toMs }: DayItem,
  day: CalendarDay,
  { words, timeZone }: { readonly words: CalendarWords; readonly timeZone: string },
): string {
  if (fromMs === day.fromMs && toMs === day.toMs) return words.wholeDay;
  const end = toMs === day.toMs ? "24:00" : sayTime(toMs, timeZone);
  const from = sayTime(fromMs, timeZone);
  return from === end ? from : `${from}–${end}`;
}

function Said({ item, timeZone }: { readonly item: DayItem; readonly timeZone: string }): ReactNode {
  const words = useWords(calendarWords);
  const language = useLanguage();
  switch (item.kind) {
    case "band": {
      const { kind, says } = item.band;
      return kind === "preferred" || kind === "avoided" ? words.ranges[kind] : words.bands[kind](says);
    }
    case "starts":
      return words.startBy(
        sayTime(item.toMs, timeZone),
        item.extendedLastMs === null || item.extendedLastMs >= item.toMs ? null : sayTime(item.extendedLastMs, timeZone),
      );
    case "release": {
      const { id, title, state, toMs, extendedToMs, sentence, fromMs } = item.release;
      const longer = extendedToMs > toMs ? `, ${words.withExtensions(sayWhen(extendedToMs, fromMs, timeZone, language))}` : "";
      return (
        <>
          <To path={pathOfRelease(id)}>{title}</To> ({words.states[state]}
          {longer}). {sentence}.
        </>
      );
    }
  }
}
