import { useState } from "react";
import type { ReactNode } from "react";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { To } from "../app/address.tsx";
import { useServerNow } from "../app/clock.ts";
import type { Reading } from "../app/clock.ts";
import { rolesIn } from "../app/roles.ts";
import { usePerson } from "../app/session.tsx";
import { releaseWords } from "../words/release-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayAge, sayTimeExactly, sayWhen } from "../words/numbers.ts";
import { sayStarter } from "../words/starter.ts";
import { shortVersion } from "../words/versions.ts";
import type { Asking } from "./asking.tsx";
import { Countdown } from "./countdown.tsx";
import { SilentSources } from "./silent-sources.tsx";

/** Which release this is, and the time where it runs. */
export function Title({ view, heard }: { readonly view: ReleaseView; readonly heard: Reading }): ReactNode {
  const words = useWords(releaseWords);
  const language = useLanguage();
  return (
    <header className="title">
      <div>
        <h1 className="title-name">
          {view.name} <span className="title-version">{view.version ?? view.title}</span>
        </h1>
        <ul className="title-versions">
          {Object.entries(view.versions).map(([service, { stable, canary }]) => (
            <li key={service} title={`${stable} → ${canary}`}>
              {service} {shortVersion(stable)} → <span className="strong">{shortVersion(canary)}</span>
            </li>
          ))}
        </ul>
      </div>
      <div className="title-place">
        <p>
          <span className="strong">{view.environment}</span> · {view.timeZone} <Clock heard={heard} timeZone={view.timeZone} />
        </p>
        <p className="faint">{words.startedBy(sayStarter(view, language), sayWhen(view.createdMs, view.nowMs, view.timeZone, language))}</p>
      </div>
    </header>
  );
}

/** The time where the release runs, to the second. */
function Clock({ heard, timeZone }: { readonly heard: Reading; readonly timeZone: string }): ReactNode {
  return <time className="title-clock">{sayTimeExactly(useServerNow(heard, 500), timeZone)}</time>;
}

interface StandingProps {
  readonly view: ReleaseView;
  readonly heard: Reading;
  readonly asking: Asking;
}

/** Where the release stands, what happens next by itself, and above both a running countdown. Its height hardly changes, so that nothing below moves. */
export function Standing({ view, heard, asking }: StandingProps): ReactNode {
  const words = useWords(releaseWords);
  const person = usePerson();
  return (
    <section className={`standing sheet tone-${view.tone}`}>
      {view.countdown !== null && <Countdown countdown={view.countdown} view={view} heard={heard} asking={asking} />}
      <Announcement view={view} />
      {/* A countdown says the same, and ticks. */}
      {view.countdown === null && (
        <p className="standing-sentence">
          <span className="tone-dot" aria-hidden="true" />
          <span>{view.sentence}</span>
          {(view.status.kind === "holding" || view.status.kind === "waiting") && <StandsFor view={view} heard={heard} />}
        </p>
      )}
      {view.next.length > 0 && (
        <div className="standing-next">
          <span className="faint" aria-hidden="true">
            →
          </span>
          <span className="unseen">{words.next}</span>
          <ul>
            {view.next.map((says) => (
              <li key={says}>{says}</li>
            ))}
          </ul>
        </div>
      )}
      <SilentSources view={view} />
      {view.status.kind === "halted" && rolesIn(person, view.environment).includes("release-manager") && (
        <p className="standing-links">
          <To path="/calendar">{words.liftIt}</To>
        </p>
      )}
      {view.undelivered.length > 0 && (
        <ul className="undelivered">
          {view.undelivered.map((says) => (
            <li key={says}>{says}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** For how long it waits or holds, to the minute: nobody is told anew by it. */
function StandsFor({ view, heard }: Pick<StandingProps, "view" | "heard">): ReactNode {
  const words = useWords(releaseWords);
  const language = useLanguage();
  const nowMs = useServerNow(heard, 5_000);
  const ageMs = nowMs - view.status.sinceMs;
  return ageMs < 60_000 ? null : <span className="standing-for">{words.standsFor(sayAge(ageMs, language))}</span>;
}

/** A sentence without the spans of time in it: "9 min 40 s of 15 min" and "10 min of 15 min" say the same. */
function withoutSpans(sentence: string): string {
  return sentence.replaceAll(/\d+(?:[.,]\d+)?\s*(?:min|[hsjd])(?![\p{L}\d])\s*/gu, "");
}

/** Tells who listens that the release stands elsewhere now: once, and not each time that the minutes in its sentence change. */
function Announcement({ view }: { readonly view: ReleaseView }): ReactNode {
  const { tone, sentence } = view;
  const stands = `${tone} ${withoutSpans(sentence)}`;
  const [said, setSaid] = useState({ stands, sentence });
  if (said.stands !== stands) setSaid({ stands, sentence });
  return (
    <p className="unseen" role="status">
      {said.sentence}
    </p>
  );
}
