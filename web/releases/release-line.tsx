import { memo } from "react";
import type { ReactNode } from "react";
import type { ReleaseSummary } from "../../src/http/contract.ts";
import { pathOfRelease, To } from "../app/address.tsx";
import { rolesIn } from "../app/roles.ts";
import { usePerson } from "../app/session.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { sayAge, sayWhen } from "../words/numbers.ts";
import { releasesWords } from "../words/releases-words.ts";
import { sayStarter } from "../words/starter.ts";
import { shortVersion } from "../words/versions.ts";
import { isOver } from "./order.ts";
import { PhaseDots } from "./phase-dots.tsx";

/** One release as one line; the whole line opens it. `ageMs`: for how long it has stood where it stands. */
export const ReleaseLine = memo(function ReleaseLine(props: { readonly release: ReleaseSummary; readonly ageMs: number }): ReactNode {
  const words = useWords(releasesWords);
  const language = useLanguage();
  const { release, ageMs } = props;
  const mine = rolesIn(usePerson(), release.environment);
  const isAsked = release.asks.some((role) => mine.includes(role));
  return (
    <li className={`release-line tone-${release.tone}`}>
      <span className="line-name">
        <span className="tone-dot" aria-hidden="true" />
        <span>
          <To path={pathOfRelease(release.id)} className="line-link">
            {release.plan}
          </To>
          <span className="line-versions">{versionsOf(release)}</span>
        </span>
      </span>
      <span className="line-environment">{release.environment}</span>
      <PhaseDots release={release} />
      <span className="line-sentence">
        <span className="line-says">
          <span className="unseen">{words.tones[release.tone]}. </span>
          {release.sentence}
        </span>
        {isAsked && <span className="chip line-asks">{words.asksYou}</span>}
      </span>
      <span
        className="line-age"
        title={`${sayWhen(release.sinceMs, release.sinceMs + ageMs, release.timeZone, language)} (${release.timeZone})`}
      >
        {(isOver(release) ? words.endedAgo : words.since)(sayAge(ageMs, language))}
      </span>
      <span className="line-owner">{words.by(sayStarter(release, language))}</span>
    </li>
  );
});

/** "v1 → v2", once for services that go from and to the same. */
function versionsOf({ versions }: Pick<ReleaseSummary, "versions">): string {
  const said = Object.values(versions).map(({ stable, canary }) => `${shortVersion(stable)} → ${shortVersion(canary)}`);
  return [...new Set(said)].join(", ");
}
