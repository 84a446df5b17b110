import { useState } from "react";
import type { ReactNode } from "react";
import type { LiveState } from "../api/live.ts";
import { frameWords } from "../words/frame-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayAge } from "../words/numbers.ts";
import { useLocalNow } from "./clock.ts";

/** Short losses are not worth a word, ms. */
const quietMs = 2_500;

/** Says that what is shown is old, and how old; nothing while all is well. It lies above the screen, so that nothing below moves. */
export function LinkBanner({ state, retry }: { readonly state: LiveState<unknown>; readonly retry: () => void }): ReactNode {
  const words = useWords(frameWords);
  const language = useLanguage();
  const nowMs = useLocalNow();
  const { link, heardMs } = state;
  const isAway = link.kind === "away" && nowMs - link.sinceMs > quietMs;
  const says = isAway ? (heardMs === 0 ? words.neverHeard : words.away(sayAge(nowMs - heardMs, language))) : "";
  return (
    <div className="banner-place">
      <Once says={says} />
      {isAway && (
        <div className="banner">
          <span className="banner-words">{says}</span>
          <button type="button" className="button small" onClick={retry}>
            {words.retry}
          </button>
        </div>
      )}
    </div>
  );
}

/** Tells who listens once what is seen, and not anew with each second that it grows older. */
function Once({ says }: { readonly says: string }): ReactNode {
  const [said, setSaid] = useState(says);
  if ((said === "") !== (says === "")) setSaid(says);
  return (
    <p className="unseen" role="status">
      {said}
    </p>
  );
}
