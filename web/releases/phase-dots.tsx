import type { ReactNode } from "react";
import type { ReleaseSummary } from "../../src/http/contract.ts";
import { releasesWords } from "../words/releases-words.ts";
import { useWords } from "../words/language.ts";

type Shown = Pick<ReleaseSummary, "phases" | "tone" | "status">;

/** The phases of a release as a line of stops, with a dot where it is. */
export function PhaseDots({ release }: { readonly release: Shown }): ReactNode {
  const words = useWords(releasesWords);
  const now = release.phases.findIndex(({ state }) => state === "now");
  const phase = release.phases[now];
  const says =
    release.tone === "good"
      ? words.promoted
      : phase !== undefined
        ? words.phase(now + 1, release.phases.length, phase.name)
        : release.tone !== "over"
          ? words.before
          : release.status === "rolled-back"
            ? words.wentBack
            : words.tones.over;
  return (
    <span className="dots" role="img" aria-label={says}>
      {release.phases.map(({ name, state }, at) => (
        <span key={at} className={`stop stop-${state}`} title={name}>
          <span className="stop-line" />
          <span className="stop-dot" />
        </span>
      ))}
      <span className={`stop ${release.tone === "good" ? "stop-done" : "stop-ahead"}`}>
        <span className="stop-line" />
        <span className="stop-end" />
      </span>
      <span className="dots-says" aria-hidden="true">
        {phase?.name ?? says}
      </span>
    </span>
  );
}
