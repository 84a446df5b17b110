import { drawShare, noticeWords, sayPhaseOf, sayReactionOf, sayVersions } from "../../../core/messages/notices.ts";
import { sayMoment } from "../../../core/messages/times.ts";
import type { Notice } from "../../../ports.ts";
import { plainLine } from "../../../core/plain-line.ts";

/** What a mail says, as text and as HTML alike. */
export interface MailContent {
  readonly language: string;
  readonly isGrave: boolean;
  readonly title: string;
  readonly moment: string;
  readonly news: readonly string[];
  readonly sentence: string;
  /** A label and what stands behind it. */
  readonly facts: readonly (readonly [string, string])[];
  readonly gates: readonly { readonly says: string; readonly kind: string; readonly word: string; readonly evidence: string | null }[];
  readonly link: { readonly url: string; readonly says: string } | null;
  readonly labels: Readonly<Record<"news" | "where" | "gates" | "gate" | "verdict" | "evidence" | "footer", string>>;
}

/** The content of a notice's mail, in the language of its plan: every text is one line. */
export function contentOf({ state, lines, title, link, atMs }: Notice): MailContent {
  const words = noticeWords[state.language];
  const phase = sayPhaseOf(state);
  return {
    language: state.language,
    isGrave: state.isGrave,
    title: plainLine(title),
    moment: sayMoment(state, atMs, state.language),
    news: lines.map((line) => plainLine(line)),
    sentence: plainLine(state.sentence),
    facts: [
      [words.share, [drawShare(state), ...(phase === null ? [] : [phase])].join(" · ")],
      ...(state.reaction === null ? [] : [[words.reaction, sayReactionOf(state.reaction, state)] as const]),
      [words.versions, sayVersions(state).join(", ")],
      [words.environment, state.environment],
      [words.startedBy, state.startedBy],
    ].map(([label, value]) => [label ?? "", plainLine(value ?? "")] as const),
    gates: state.gates.map((gate) => ({
      ...gate,
      says: plainLine(gate.says),
      evidence: gate.evidence === null ? null : plainLine(gate.evidence),
    })),
    link: link === null ? null : { url: link, says: words.open },
    labels: words,
  };
}
