import type { CSSProperties, ReactNode } from "react";
import type { CalendarAnswer, CalendarBand, CalendarDay, CalendarRelease } from "../../src/http/contract/calendar.ts";
import { pathOfRelease, To } from "../app/address.tsx";
import { calendarWords } from "../words/calendar-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayDay, sayTime, sayWhen } from "../words/numbers.ts";
import { changedHour, heightOf, lanesOf, piecesOf } from "./geometry.ts";
import type { Piece } from "./geometry.ts";
import { dateIn } from "./wall-time.ts";

const hours = [0, 3, 6, 9, 12, 15, 18, 21];

/** A block that is lower has no room for a second line, percent of a day. */
const leastForTimesPct = 5.5;

/** The days side by side, midnight above and below: what is preferred is tinted, what is avoided hatched, what is frozen solid; releases lie over it. */
export function Week({ answer, nowMs }: { readonly answer: CalendarAnswer; readonly nowMs: number }): ReactNode {
  const language = useLanguage();
  const { days, timeZone } = answer;
  const today = dateIn(nowMs, timeZone);
  return (
    <div className="week sheet">
      <div className="week-hours" aria-hidden="true">
        {hours.map((hour) => (
          <span key={hour} className="week-hour" style={{ top: `${(hour / 24) * 100}%` }}>
            {String(hour).padStart(2, "0")}
          </span>
        ))}
      </div>
      {days.map((day, index) => (
        <section
          key={day.date}
          className={`day${day.date === today ? " day-today" : ""}`}
          aria-label={sayDay(day.fromMs, timeZone, language)}
        >
          <h3 className="day-name">{sayDay(day.fromMs, timeZone, language)}</h3>
          <div className="day-body">
            <Bands answer={answer} index={index} />
            <ChangedHour day={day} />
            <Starts answer={answer} index={index} />
            <Releases answer={answer} index={index} />
            {nowMs >= day.fromMs && nowMs < day.toMs && <Now day={day} nowMs={nowMs} />}
          </div>
        </section>
      ))}
    </div>
  );
}

interface Place {
  readonly answer: CalendarAnswer;
  /** Of the day. */
  readonly index: number;
}

function placed({ topPct, heightPct }: Pick<Piece, "topPct" | "heightPct">): CSSProperties {
  return { top: `${topPct}%`, height: `${heightPct}%` };
}

/** The band of a holiday or a freeze has its words; those of the plan's ranges are said once a week, and in the table. */
function Bands({ answer: { bands, days }, index }: Place): ReactNode {
  const words = useWords(calendarWords);
  const day = days[index];
  if (day === undefined) return null;
  return bands.flatMap((band, at) =>
    piecesOf([day], band).map((piece) => (
      <div
        key={`${band.kind} ${at}`}
        className={`cover cover-${band.kind}`}
        style={placed(piece)}
        title={words.bands[band.kind](band.says)}
      >
        {isTold(band) && (piece.isFirst || index === 0 || band.kind === "freeze") && <span className="cover-says">{band.says}</span>}
      </div>
    )),
  );
}

function isTold({ kind }: CalendarBand): boolean {
  return kind === "holiday" || kind === "freeze";
}

function ChangedHour({ day }: { readonly day: CalendarDay }): ReactNode {
  const words = useWords(calendarWords);
  const hour = changedHour(day);
  if (hour === null) return null;
  return (
    <div className={`changed changed-${hour.kind}`} style={placed(hour)}>
      <span className="changed-says">{hour.kind === "missing" ? words.missing : words.twice}</span>
    </div>
  );
}

/** The starts that fit, as a bar at the side, with the last of them. */
function Starts({ answer: { starts, releases, days, timeZone }, index }: Place): ReactNode {
  const words = useWords(calendarWords);
  const day = days[index];
  if (day === undefined) return null;
  // A release would lie over the words.
  const hasRoom = releases.every((release) => release.fromMs >= day.toMs || endOf(release) <= day.fromMs);
  return starts.flatMap((start) =>
    piecesOf([day], { fromMs: start.fromMs, toMs: start.lastMs + 1 }).map((piece) => (
      <div key={start.fromMs} className="fits" style={placed(piece)}>
        {hasRoom && piece.isLast && start.lastMs < day.toMs - 1 && (
          <span className="fits-by">
            {words.by(
              sayTime(start.lastMs, timeZone),
              start.extendedLastMs === null || start.extendedLastMs === start.lastMs ? null : sayTime(start.extendedLastMs, timeZone),
            )}
          </span>
        )}
      </div>
    )),
  );
}

function Releases({ answer: { releases, days, timeZone }, index }: Place): ReactNode {
  const day = days[index];
  if (day === undefined) return null;
  const here = releases.filter((release) => release.fromMs < day.toMs && endOf(release) > day.fromMs);
  const lanes = lanesOf(here.map((release) => ({ fromMs: release.fromMs, toMs: endOf(release) })));
  return here.map((release, at) => {
    const { lane, lanes: of } = lanes[at] ?? { lane: 0, lanes: 1 };
    const side = { left: `calc(16% + ${(lane / of) * 82}%)`, width: `calc(${82 / of}% - 2px)` };
    return <Block key={release.id} release={release} day={day} timeZone={timeZone} side={side} />;
  });
}

/** One that is over at once is still there to be seen. */
function endOf({ fromMs, extendedToMs }: CalendarRelease): number {
  return Math.max(extendedToMs, fromMs + 60_000);
}

interface BlockProps {
  readonly release: CalendarRelease;
  readonly day: CalendarDay;
  readonly timeZone: string;
  readonly side: CSSProperties;
}

/** A release in one day: solid as long as it takes, then what its extensions may add. */
function Block({ release, day, timeZone, side }: BlockProps): ReactNode {
  const words = useWords(calendarWords);
  const language = useLanguage();
  const { fromMs, toMs, extendedToMs, outside, state, title } = release;
  const [whole] = piecesOf([day], { fromMs, toMs: endOf(release) });
  const [certain] = piecesOf([day], { fromMs, toMs });
  if (whole === undefined) return null;
  const solidPct = certain === undefined || whole.heightPct === 0 ? 0 : Math.min(100, (certain.heightPct / whole.heightPct) * 100);
  const say = (atMs: number): string => sayWhen(atMs, fromMs, timeZone, language);
  const times = `${sayTime(fromMs, timeZone)}–${say(toMs)}`;
  const longer = extendedToMs > toMs ? `, ${words.withExtensions(say(extendedToMs))}` : "";
  const rest = `, ${words.states[state]}${longer}${outside === null ? "" : `. ${words.outside(title, outside.says)}`}`;
  return (
    <div
      className={`block block-${state}${outside === null ? "" : " block-outside"}`}
      style={{ ...placed(whole), ...side }}
      title={`${title}, ${times}${rest}`}
    >
      <span className="block-solid" style={{ height: `${solidPct}%` }} />
      <To path={pathOfRelease(release.id)} className="block-link">
        <span className="block-title">{title}</span>
        <span className={whole.heightPct > leastForTimesPct ? "block-times" : "unseen"}>{times}</span>
        <span className="unseen">{rest}</span>
      </To>
    </div>
  );
}

function Now({ day, nowMs }: { readonly day: CalendarDay; readonly nowMs: number }): ReactNode {
  const words = useWords(calendarWords);
  return (
    <div className="now" style={{ top: `${heightOf(day, nowMs)}%` }}>
      <span className="unseen">{words.now}</span>
    </div>
  );
}
