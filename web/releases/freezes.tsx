import type { ReactNode } from "react";
import type { ListFreezesAnswer, ReleaseSummary } from "../../src/http/contract.ts";
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
  if (props.freezes.length === 0) return null;
  return (
    <ul className="freezes">
      {props.freezes.map(({ environment, sinceMs }) => {
        const zone = props.releases.find((release) => release.environment === environment)?.timeZone ?? "UTC";
        return (
          <li key={`${environment}${sinceMs}`} className="freeze">
            <span className="strong">{words.frozen(environment, `${sayWhen(sinceMs, props.nowMs, zone, language)} (${zone})`)}</span>
          </li>
        );
      })}
    </ul>
  );
}
