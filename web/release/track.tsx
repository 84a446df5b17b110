import type { ReactNode } from "react";
import type { PhaseView, ReleaseView } from "../../src/http/release-view.ts";
import { isOver } from "../releases/order.ts";
import { releaseWords } from "../words/release-words.ts";
import type { ReleaseWords } from "../words/release-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import type { Language } from "../words/language.ts";
import { sayCount, sayPercent, saySpan } from "../words/numbers.ts";

/** How much of a phase's time counted already, 0-1. */
export function phaseRatio({ state, observedMs, observeMs }: PhaseView): number {
  if (state === "done") return 1;
  return Math.min(1, (observedMs ?? 0) / Math.max(1, observeMs));
}

/** The plan as a track of phases, and who sees the new version: what is wanted, what was seen, of people and of requests. */
export function Track({ view }: { readonly view: ReleaseView }): ReactNode {
  const words = useWords(releaseWords);
  const language = useLanguage();
  const isPromoted = view.status.kind === "promoted";
  return (
    <section className="track-section" aria-label={words.phases}>
      <ol className="track">
        {view.phases.map((phase, at) => (
          <li key={at} className={`phase phase-${phase.state}`} aria-current={phase.state === "now" ? "step" : undefined}>
            <span className="phase-name">{phase.name}</span>
            <span className="phase-bar" aria-hidden="true">
              <span className="phase-run" style={{ transform: `scaleX(${phaseRatio(phase)})` }} />
            </span>
            <span className="phase-says">{sayPhase(phase, words, language)}</span>
          </li>
        ))}
        <li className={`phase phase-end ${isPromoted ? "phase-done" : "phase-ahead"}`}>
          <span className="phase-name">{words.promoted}</span>
          <span className="phase-bar" aria-hidden="true">
            <span className="phase-run" style={{ transform: `scaleX(${isPromoted ? 1 : 0})` }} />
          </span>
          <span className="phase-says">{isPromoted ? "✓" : ""}</span>
        </li>
      </ol>
      {view.status.kind !== "waiting" && <Traffic view={view} />}
    </section>
  );
}

function sayPhase(phase: PhaseView, words: ReleaseWords, language: Language): string {
  if (phase.state === "done") return `✓ ${words.done}`;
  if (phase.state === "now") return words.of(saySpan(phase.observedMs ?? 0, language), saySpan(phase.observeMs, language));
  return saySpan(phase.observeMs, language);
}

function Traffic({ view }: { readonly view: ReleaseView }): ReactNode {
  const words = useWords(releaseWords);
  const language = useLanguage();
  const { wantedPct, seenPct, peoplePct, requestsPct, people } = view.traffic;
  const isEnded = isOver(view);
  const isDifferent = seenPct !== null && Math.abs(seenPct - wantedPct) > 0.05;
  const shares = [
    { pct: peoplePct, of: words.ofPeople },
    { pct: requestsPct, of: words.ofRequests },
  ];
  const counted = shares.flatMap(({ pct, of }) => (pct === null ? [] : [`${sayPercent(pct, language)} ${of}`]));
  return (
    <ul className="traffic">
      {isEnded && wantedPct === 0 && !isDifferent ? null : (
        <>
          <li>
            {words.wanted} <span className="strong">{sayPercent(wantedPct, language)}</span>
          </li>
          <li className={isDifferent ? "traffic-differs" : undefined}>
            {words.seen} <span className="strong">{seenPct === null ? words.notSeen : sayPercent(seenPct, language)}</span>
          </li>
        </>
      )}
      {!isEnded && counted.length > 0 && (
        <li>
          {words.counted} {counted.join(", ")}
        </li>
      )}
      {people !== null && <li className="strong">{(isEnded ? words.wereOnCanary : words.onCanary)(sayCount(people.canary, language))}</li>}
      {people !== null && !isEnded && <li>{words.onStable(sayCount(people.stable, language))}</li>}
    </ul>
  );
}
