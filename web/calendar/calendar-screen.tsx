import { useEffect, useId, useState } from "react";
import type { ReactNode } from "react";
import type { CalendarAnswer, CalendarRelease } from "../../src/http/contract/calendar.ts";
import { pathOfRelease, To, useParam } from "../app/address.tsx";
import { useServerNow } from "../app/clock.ts";
import { LinkBanner } from "../app/link-banner.tsx";
import { ProblemNotice } from "../app/problem-notice.tsx";
import { calendarWords } from "../words/calendar-words.ts";
import { frameWords } from "../words/frame-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayDay, sayWhen } from "../words/numbers.ts";
import { DayTable } from "./day-table.tsx";
import { FreezePanel } from "./freeze-panel.tsx";
import { useCalendar } from "./use-calendar.ts";
import type { FollowedCalendar } from "./use-calendar.ts";
import { dateIn, daysAfter, isDate, mondayOf } from "./wall-time.ts";
import { Week } from "./week.tsx";
import "../style/settings.css";
import "../style/calendar.css";

const minuteMs = 60_000;

/** When one may release: the week of a plan, and what stands in it. The address names the week (`from`) and the plan. */
export function CalendarScreen(): ReactNode {
  const { calendar: title } = useWords(frameWords);
  const language = useLanguage();
  const [from] = useParam("from");
  const [plan] = useParam("plan");
  const followed = useCalendar({ from: from !== null && isDate(from) ? from : null, plan, language });
  useEffect(() => {
    document.title = `${title} · serin`;
  }, [title]);
  return (
    <div className="page">
      <h1 className="unseen">{title}</h1>
      <LinkBanner state={followed.link} retry={followed.refresh} />
      {followed.problem !== null && <ProblemNotice problem={followed.problem} />}
      {followed.answer === null ? <Skeleton /> : <Shown followed={followed} answer={followed.answer} />}
    </div>
  );
}

function Shown({ followed, answer }: { readonly followed: FollowedCalendar; readonly answer: CalendarAnswer }): ReactNode {
  const words = useWords(calendarWords);
  const { environment, timeZone } = answer;
  const nowMs = useServerNow({ serverMs: answer.nowMs, localMs: followed.heardMs }, 15_000);
  return (
    <>
      <Toolbar answer={answer} nowMs={nowMs} />
      {environment === null ? (
        <p className="calendar-next">{words.noPlan}</p>
      ) : (
        <>
          <NextStart answer={answer} nowMs={nowMs} isFrozen={followed.freezes.some((freeze) => freeze.environment === environment)} />
          <FreezePanel environment={environment} timeZone={timeZone} nowMs={nowMs} freezes={followed.freezes} changed={followed.refresh} />
        </>
      )}
      <Outside answer={answer} nowMs={nowMs} />
      <Week answer={answer} nowMs={nowMs} />
      {environment !== null && <Legend />}
      <InWords answer={answer} />
    </>
  );
}

/** Which week, and whose windows. */
function Toolbar({ answer, nowMs }: { readonly answer: CalendarAnswer; readonly nowMs: number }): ReactNode {
  const words = useWords(calendarWords);
  const language = useLanguage();
  const [, setFrom] = useParam("from", "step");
  const { days, timeZone } = answer;
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return null;
  const monday = mondayOf(first.date);
  const thisMonday = mondayOf(dateIn(nowMs, timeZone));
  const go = (date: string): void => setFrom(date === thisMonday ? null : date);
  return (
    <div className="calendar-bar">
      <div className="calendar-turn">
        <button
          type="button"
          className="button"
          aria-label={words.previous}
          title={words.previous}
          onClick={() => go(daysAfter(monday, -7))}
        >
          ‹
        </button>
        <button type="button" className="button" onClick={() => setFrom(null)} disabled={first.date === thisMonday}>
          {words.today}
        </button>
        <button type="button" className="button" aria-label={words.next} title={words.next} onClick={() => go(daysAfter(monday, 7))}>
          ›
        </button>
      </div>
      <h2 className="calendar-week" aria-live="polite">
        {words.week(sayDay(first.fromMs, timeZone, language), `${sayDay(last.fromMs, timeZone, language)} ${last.date.slice(0, 4)}`)}
      </h2>
      <PlanChoice answer={answer} />
      <p className="faint">{words.times(timeZone)}</p>
    </div>
  );
}

function PlanChoice({ answer: { plan, plans } }: { readonly answer: CalendarAnswer }): ReactNode {
  const words = useWords(calendarWords);
  const [, setPlan] = useParam("plan", "step");
  if (plan === null) return null;
  if (plans.length < 2) return <p className="calendar-plan">{plan.title}</p>;
  return (
    <label className="filter">
      <span className="faint">{words.plan}</span>{" "}
      <select value={plan.name} onChange={(event) => setPlan(event.target.value)}>
        {plans.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function NextStart(props: { readonly answer: CalendarAnswer; readonly nowMs: number; readonly isFrozen: boolean }): ReactNode {
  const { answer, nowMs, isFrozen } = props;
  const words = useWords(calendarWords);
  const language = useLanguage();
  const [, setFrom] = useParam("from", "step");
  const { nextStartMs, timeZone, days } = answer;
  if (nextStartMs === null) return <p className="calendar-next">{isFrozen ? words.noStartFrozen : words.noStart}</p>;
  if (nextStartMs <= nowMs + minuteMs) return <p className="calendar-next">{words.nextNow}</p>;
  const isShown = nextStartMs >= (days[0]?.fromMs ?? 0) && nextStartMs < (days.at(-1)?.toMs ?? 0);
  return (
    <p className="calendar-next">
      {words.nextStart(sayWhen(nextStartMs, nowMs, timeZone, language))}{" "}
      {!isShown && (
        <button type="button" className="button small" onClick={() => setFrom(mondayOf(dateIn(nextStartMs, timeZone)))}>
          {words.showIt}
        </button>
      )}
    </p>
  );
}

/** Every release that does not fit its windows, and the next start that does. */
function Outside({ answer, nowMs }: { readonly answer: CalendarAnswer; readonly nowMs: number }): ReactNode {
  const out = answer.releases.filter(({ outside }) => outside !== null);
  if (out.length === 0) return null;
  return (
    <ul className="outside">
      {out.map((release) => (
        <li key={release.id} className="problem">
          <OutsideLine release={release} answer={answer} nowMs={nowMs} />
        </li>
      ))}
    </ul>
  );
}

function OutsideLine(props: { readonly release: CalendarRelease; readonly answer: CalendarAnswer; readonly nowMs: number }): ReactNode {
  const words = useWords(calendarWords);
  const language = useLanguage();
  const { id, title, outside, state } = props.release;
  if (outside === null) return null;
  const next = outside.nextFitMs;
  const when = next === null ? words.noNextFit : words.nextFit(sayWhen(next, props.nowMs, props.answer.timeZone, language));
  return (
    <>
      <To path={pathOfRelease(id)}>{words.outside(title, outside.says)}</To> {state === "planned" && when}
    </>
  );
}

/** What the colours and hatchings of the week say. */
function Legend(): ReactNode {
  const { legend } = useWords(calendarWords);
  return (
    <ul className="week-legend faint">
      {(["preferred", "avoided", "holiday", "freeze", "fits", "extended"] as const).map((part) => (
        <li key={part}>
          <span className={`week-mark mark-${part}${part === "fits" || part === "extended" ? "" : ` cover-${part}`}`} aria-hidden="true" />
          {legend[part]}
        </li>
      ))}
    </ul>
  );
}

/** The table, which stands open on narrow screens. */
function InWords({ answer }: { readonly answer: CalendarAnswer }): ReactNode {
  const words = useWords(calendarWords);
  const [isOpen, setOpen] = useState(false);
  const table = useId();
  return (
    <div className={isOpen ? "in-words in-words-open" : "in-words"}>
      <button
        type="button"
        className="button small in-words-button"
        aria-expanded={isOpen}
        aria-controls={table}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? words.hideTable : words.asTable}
      </button>
      <div id={table} className="in-words-table">
        <DayTable answer={answer} />
      </div>
    </div>
  );
}

/** The place of the week before anything was heard. */
function Skeleton(): ReactNode {
  return (
    <div aria-hidden="true">
      <span className="bone bone-title" />
      <span className="bone bone-box tall" />
    </div>
  );
}
