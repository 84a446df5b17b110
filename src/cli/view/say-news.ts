import { sayTimeExactly } from "../../core/messages/times.ts";
import type { ReleaseView } from "../../http/release-view.ts";
import { plainText } from "../plain-text.ts";

/**
 * What is new since `previous` (`null`: everything), as plain lines for a log or a pipe: one per sentence of the journal, oldest first, each
 * with its time. Empty when nothing happened.
 */
export function sayNews(previous: ReleaseView | null, next: ReleaseView): string[] {
  const head = previous === null ? [plainText(`${next.name} · ${next.title} · ${next.environment} · ${next.timeZone}`)] : [];
  const fresh = next.story.filter((entry) => entry.revision > (previous?.revision ?? 0)).toReversed();
  return [
    ...head,
    ...fresh.flatMap((entry) =>
      entry.says.map((sentence, at) => plainText(`${at === 0 ? sayTimeExactly(next, entry.atMs) : "        "}  ${sentence}`)),
    ),
  ];
}
