import type { ReleaseView } from "../../http/release-view.ts";
import { plainText } from "../plain-text.ts";

/** Fewer columns than the drawing of a release needs. */
export const narrowBelow = 80;

/** A release in as few words as a phone's terminal has room for: where it stands, what comes next, each gate and guard in a word. */
export function drawNarrow(view: ReleaseView): readonly string[] {
  const checks = [...view.gates, ...view.guards].map(({ says, word }) => `${says}: ${word}`);
  return [view.sentence, ...view.next.map((step) => `→ ${step}`), ...checks].map(plainText);
}
