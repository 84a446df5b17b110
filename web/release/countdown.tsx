import type { ReactNode } from "react";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { releaseWords } from "../words/release-words.ts";
import { useWords } from "../words/language.ts";
import { useServerNow } from "../app/clock.ts";
import type { Reading } from "../app/clock.ts";
import { usePerson } from "../app/session.tsx";
import type { Asking } from "./asking.tsx";
import { whyGrey } from "./may-press.ts";
import { sayClock, sayTime } from "../words/numbers.ts";

/** How far a countdown has run, 0-1: from the breach to the moment that commits. */
export function runOut(view: Pick<ReleaseView, "status" | "countdown">, nowMs: number): number {
  const { status, countdown } = view;
  if (countdown === null) return 0;
  const beganMs = status.kind === "holding" && "breach" in status.why ? status.why.breach.atMs : countdown.commitByMs;
  const wholeMs = countdown.commitByMs - beganMs;
  return wholeMs <= 0 ? 1 : Math.min(1, Math.max(0, (nowMs - beganMs) / wholeMs));
}

/** The running reaction on top of everything: a clock that ticks by itself, what would stop it, when everybody is back. */
export function Countdown(props: {
  readonly countdown: NonNullable<ReleaseView["countdown"]>;
  readonly view: ReleaseView;
  readonly heard: Reading;
  readonly asking: Asking;
}): ReactNode {
  const words = useWords(releaseWords);
  const { countdown, view, heard, asking } = props;
  const nowMs = useServerNow(heard, 250);
  const check = [...view.guards, ...view.gates].find(({ id }) => id === countdown.check);
  const leftMs = countdown.commitByMs - nowMs;
  const head = countdown.kind === "countdown" ? words.rollingBackIn : words.decideWithin;
  return (
    <div className="countdown">
      <div className="countdown-head">
        <p className="countdown-clock" role="timer" aria-live="off">
          {leftMs > 0 ? (
            <>
              {head} <span className="countdown-left">{sayClock(leftMs)}</span>
            </>
          ) : (
            words.rollingBackNow
          )}
        </p>
        <RollBackNow view={view} asking={asking} />
      </div>
      <span className="countdown-bar" aria-hidden="true">
        <span className="countdown-run" style={{ transform: `scaleX(${1 - runOut(view, nowMs)})` }} />
      </span>
      {check !== undefined && <p>{check.sentence}</p>}
      <p className="faint">{words.doneBy(sayTime(countdown.doneByMs, view.timeZone))}</p>
    </div>
  );
}

/** The way back without waiting for the clock, for who may; others see it grey at the lower edge, with why. */
function RollBackNow({ view, asking }: { readonly view: ReleaseView; readonly asking: Asking }): ReactNode {
  const words = useWords(releaseWords);
  const person = usePerson();
  const action = view.actions.find(({ kind }) => kind === "rollback");
  if (action === undefined || whyGrey(action, person, view.environment, words) !== null) return null;
  return (
    <button type="button" className="button grave" onClick={() => asking.press(action, words.rollBackNow)}>
      {words.rollBackNow}
    </button>
  );
}
