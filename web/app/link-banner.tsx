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
  return (
    <div className="banner-place" role="status" aria-live="polite">
      {isAway && (
        <div className="banner">
          <span className="banner-words">{heardMs === 0 ? words.neverHeard : words.away(sayAge(nowMs - heardMs, language))}</span>
          <button type="button" className="button small" onClick={retry}>
            {words.retry}
          </button>
        </div>
      )}
    </div>
  );
}
