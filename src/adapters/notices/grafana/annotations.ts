import { createHash } from "node:crypto";
import { noticeWords } from "../../../core/messages/notices.ts";
import { sayPhase } from "../../../core/messages/context.ts";
import type { Notice } from "../../../ports.ts";
import { htmlText } from "../../../core/html-text.ts";
import { plainLine } from "../../../core/plain-line.ts";

/** A mark on a time line; `untilMs` is `null` for a point. `mark` is the one of its tags that nothing else of the release has. */
export interface Annotation {
  readonly mark: string;
  readonly fromMs: number;
  readonly untilMs: number | null;
  readonly tags: readonly string[];
  /** Grafana shows it as HTML: every text from outside is escaped. */
  readonly text: string;
}

/** An annotation that Grafana has; a point ends when it begins. */
export interface Found {
  readonly id: number;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly tags: readonly string[];
}

/**
 * What Grafana shall have after this notice: a region for each phase that was begun, up to now or to its end, and for a grave notice a point with its
 * news. Pure.
 */
export function wantedOf({ state, key, release, atMs, title, lines, link }: Notice): readonly Annotation[] {
  const words = noticeWords[state.language];
  const common = ["serin", `plan:${state.name}`, `environment:${plainLine(state.environment, 60)}`, `release:${release}`];
  const foot = link === null ? "" : `<br><a href="${htmlText(link)}">${htmlText(words.open)}</a>`;
  const phases = state.phases.flatMap(({ name, sharePct, fromMs, untilMs }, index): readonly Annotation[] => {
    if (fromMs === null) return [];
    const mark = `phase:${index + 1}`;
    const said = words.phase({ number: index + 1, of: state.phases.length, name: sayPhase({ name, sharePct }, state.language) });
    return [{ mark, fromMs, untilMs: untilMs ?? atMs, tags: [...common, mark], text: `${escaped(title)}<br>${escaped(said)}${foot}` }];
  });
  if (!state.isGrave) return phases;
  const mark = `notice:${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
  const text = `${[title, ...lines].map(escaped).join("<br>")}${foot}`;
  const reaction = state.reaction === null ? [] : [`reaction:${state.reaction.kind}`];
  return [...phases, { mark, fromMs: atMs, untilMs: null, tags: [...common, mark, ...reaction], text }];
}

/** What is to be made, and which region is to end later than it does. A notice that comes late shortens nothing. Pure. */
export function missingIn(
  found: readonly Found[],
  wanted: readonly Annotation[],
): { readonly create: readonly Annotation[]; readonly extend: readonly { readonly id: number; readonly untilMs: number }[] } {
  const foundOf = ({ mark }: Annotation): Found | undefined => found.find(({ tags }) => tags.includes(mark));
  return {
    create: wanted.filter((annotation) => foundOf(annotation) === undefined),
    extend: wanted.flatMap((annotation) => {
      const there = foundOf(annotation);
      const isShort = there !== undefined && annotation.untilMs !== null && Math.round(annotation.untilMs) > there.untilMs;
      return isShort ? [{ id: there.id, untilMs: annotation.untilMs }] : [];
    }),
  };
}

function escaped(text: string): string {
  return htmlText(plainLine(text, 1_000));
}
