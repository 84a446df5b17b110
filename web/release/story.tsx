import { memo, useState } from "react";
import type { ReactNode } from "react";
import type { ProblemAnswer } from "../../src/http/contract.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { call } from "../api/call.ts";
import { problemOf } from "../api/problem.ts";
import { ProblemNotice } from "../app/problem-notice.tsx";
import { releaseWords } from "../words/release-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayDay } from "../words/numbers.ts";
import { joinStory } from "./story-pages.ts";
import type { Told } from "./story-pages.ts";

/** So many entries are seen before somebody asks for more. */
const firstShown = 12;
/** So much of what was said at one moment is seen before somebody opens the rest. */
const fewSays = 4;
/** So many more at a time. */
const pageLength = 100;

/** What happened, newest first: the last entries, and all the older ones for who asks for them, page by page. */
export function Story({ view }: { readonly view: ReleaseView }): ReactNode {
  const words = useWords(releaseWords);
  const language = useLanguage();
  const { told, hasMore, problem, showMore } = useStory(view);
  return (
    <section aria-label={words.story}>
      <h2 className="heading">{words.story}</h2>
      <div className="sheet">
        <ol className={told.length > firstShown ? "story many" : "story"}>
          {told.map((entry, at) => {
            const day = sayDay(entry.atMs, view.timeZone, language);
            const dayBefore = sayDay(told[at - 1]?.atMs ?? view.nowMs, view.timeZone, language);
            return <Entry key={entry.revision} entry={entry} day={day === dayBefore ? null : day} />;
          })}
        </ol>
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <p className="story-foot">
          {hasMore ? (
            <button type="button" className="button small" onClick={showMore}>
              {words.older}
            </button>
          ) : (
            <span className="faint">{words.wholeStory}</span>
          )}
        </p>
      </div>
    </section>
  );
}

interface ShownStory {
  readonly told: Told;
  readonly hasMore: boolean;
  /** Why the older ones could not be had; `undefined`: they could. */
  readonly problem: ProblemAnswer | null | undefined;
  readonly showMore: () => void;
}

function useStory(view: ReleaseView): ShownStory {
  const [older, setOlder] = useState<Told>([]);
  const [shown, setShown] = useState(firstShown);
  const [problem, setProblem] = useState<ProblemAnswer | null>();
  // Entries that leave the newest page are kept, so that the story has no gap.
  const known = joinStory(older, view.story);
  if (known !== older) setOlder(known);
  const first = known.at(-1)?.revision ?? 1;
  const showMore = (): void => {
    setShown(shown + pageLength);
    if (known.length >= shown + pageLength || first <= 1) return;
    setProblem(undefined);
    call("story", { values: { id: view.id }, query: { before: first, limit: pageLength, language: view.language } }).then(
      ({ story }) => setOlder((before) => joinStory(before, story)),
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  return { told: known.slice(0, shown), hasMore: first > 1 || known.length > shown, problem, showMore };
}

function say(says: string): ReactNode {
  return (
    <p key={says} className="faint">
      {says}
    </p>
  );
}

/** One entry: its headline, and what else was said at that moment. `day` is named where it is another than that of the entry above. */
const Entry = memo(function Entry({ entry, day }: { readonly entry: Told[number]; readonly day: string | null }): ReactNode {
  const words = useWords(releaseWords);
  const [headline, ...rest] = entry.says;
  // One that would be alone behind a fold is shown as well.
  const few = rest.length <= fewSays + 1 ? rest.length : fewSays;
  return (
    <li className="entry">
      {day !== null && <p className="entry-day">{day}</p>}
      <time className="entry-time" dateTime={new Date(entry.atMs).toISOString()}>
        {entry.time}
      </time>
      <div>
        <p>{headline}</p>
        {rest.slice(0, few).map(say)}
        {rest.length > few && (
          <details className="entry-more">
            <summary className="faint">{words.moreSays(rest.length - few)}</summary>
            {rest.slice(few).map(say)}
          </details>
        )}
      </div>
    </li>
  );
});
