import type { ReactNode } from "react";
import type { ListFreezesAnswer, ReleaseSummary } from "../../src/http/contract.ts";
import { pathOfRelease, To } from "../app/address.tsx";
import { rolesIn } from "../app/roles.ts";
import { usePerson } from "../app/session.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { sayWhen } from "../words/numbers.ts";
import { releasesWords } from "../words/releases-words.ts";

/** What is frozen, above everything else: it explains why releases there wait. Times are in the zone of a release there. */
export function Freezes(props: {
  readonly freezes: ListFreezesAnswer["freezes"];
  readonly releases: readonly ReleaseSummary[];
  readonly nowMs: number;
}): ReactNode {
  const words = useWords(releasesWords);
  const language = useLanguage();
  const person = usePerson();
  const mayLift = (environment: string): boolean => rolesIn(person, environment).includes("release-manager");
  if (props.freezes.length === 0) return null;
  return (
    <ul className="freezes">
      {props.freezes.map((freeze) => {
        const { environment, sinceMs, untilMs, by, reason, release } = freeze;
        const zone = props.releases.find((known) => known.environment === environment)?.timeZone ?? "UTC";
        const when = (atMs: number): string => `${sayWhen(atMs, props.nowMs, zone, language)} (${zone})`;
        return (
          <li key={`${environment} ${sinceMs}`} className="freeze">
            <p className="strong">{words.frozen(environment, when(sinceMs))}</p>
            <p>
              {release === null ? (
                words.frozenBy(by ?? "", reason ?? "")
              ) : (
                <To path={pathOfRelease(release)}>{words.frozenByHalt(release)}</To>
              )}{" "}
              {untilMs === null ? words.untilLifted : words.until(when(untilMs))}{" "}
              {mayLift(environment) && <To path="/calendar">{words.liftIt}</To>}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
