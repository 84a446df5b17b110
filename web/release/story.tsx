import { memo } from "react";
import type { ReactNode } from "react";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { releaseWords } from "../words/release-words.ts";
import { useWords } from "../words/language.ts";

type Told = ReleaseView["story"][number];

/** What happened, newest first. */
export function Story({ view }: { readonly view: ReleaseView }): ReactNode {
  const words = useWords(releaseWords);
  return (
    <section aria-label={words.story}>
      <h2 className="heading">{words.story}</h2>
      <ol className="story sheet">
        {view.story.map((entry) => (
          <Entry key={entry.revision} entry={entry} />
        ))}
      </ol>
    </section>
  );
}

const Entry = memo(function Entry({ entry }: { readonly entry: Told }): ReactNode {
  const [headline, ...rest] = entry.says;
  return (
    <li className="entry">
      <time className="entry-time" dateTime={new Date(entry.atMs).toISOString()}>
        {entry.time}
      </time>
      <div>
        <p>{headline}</p>
        {rest.map((says) => (
          <p key={says} className="faint">
            {says}
          </p>
        ))}
      </div>
    </li>
  );
});
