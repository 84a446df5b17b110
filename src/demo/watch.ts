import { setTimeout as wait } from "node:timers/promises";
import { isOver } from "../core/status.ts";
import type { ReleaseView } from "../http/release-view.ts";
import type { Api } from "./api.ts";
import type { Crowd } from "./people.ts";
import type { Screen } from "./run.ts";
import type { End } from "./scenario.ts";
import type { Story } from "./story.ts";

export interface Watching {
  readonly api: Api;
  readonly id: string;
  readonly ends: End;
  readonly crowd: Crowd;
  readonly story: Story;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/** How a release ended: as it was seen at its end, for one that had to hold while it held, and as it was when all was cleared away. */
export interface Watched {
  readonly ended: ReleaseView;
  readonly cleared: ReleaseView;
}

const looksEveryMs = 200;
/** A release holds when it has held so long: of the plan's minutes, and of real time at least. */
const heldMinutes = 3;
const heldMs = 2_000;
/** What is not scaled with the plan may take so long: start, the edge's lease, being ready, clearing away. */
const unscaledMs = 120_000;

/**
 * Shows the release until it is over and nobody is asked anything any more. One that has to hold is over when it has held for its reason for
 * a while; then it is taken back by hand. Throws when it takes far longer than its plan.
 */
export async function watch({ api, id, ends, crowd, story, screen, signal }: Watching): Promise<Watched> {
  const startedMs = performance.now();
  const pace = createPace(crowd);
  let held: { readonly view: ReleaseView; readonly sinceMs: number } | null = null;
  let ended: ReleaseView | null = null;
  let overMs: number | null = null;
  for (;;) {
    const view = await api.show(id);
    story.look(view);
    screen.show(view, pace());
    const nowMs = performance.now();
    held = ended === null && isHeld(view, ends) ? (held ?? { view, sinceMs: nowMs }) : null;
    if (held !== null && nowMs - held.sinceMs >= heldMs && story.minutesSince(held.sinceMs) >= heldMinutes) {
      ended = view;
      await api.ask(id, { kind: "rollback", reason: "nobody decides otherwise: it is taken back by hand" }, view.revision);
    }
    if (isOver(view.status)) {
      overMs ??= nowMs;
      const isAsked = view.people.some(({ state }) => state === "asked");
      if (!isAsked || nowMs - overMs > 3_000) return { ended: ended ?? view, cleared: view };
    }
    const patienceMs = unscaledMs + 3 * view.phases.reduce((sum, { observeMs }) => sum + observeMs, 0);
    if (nowMs - startedMs > patienceMs)
      throw new Error(`the release is not over after ${Math.round(patienceMs / 1000)} s: ${view.sentence}`);
    await wait(looksEveryMs, undefined, { signal });
  }
}

/** True while the release holds as it has to. */
function isHeld({ status }: ReleaseView, ends: End): boolean {
  if (ends.kind !== "holding" || status.kind !== "holding") return false;
  const { why } = status;
  const named: readonly string[] = "checks" in why ? why.checks : [];
  return status.phase === ends.phase && why.kind === ends.why && ends.checks.every((check) => named.includes(check));
}

/** The people so far, and how many of them came in the last second or so, at each call. */
function createPace(crowd: Crowd): () => Parameters<Screen["show"]>[1] {
  let last = { people: crowd.tally().people, atMs: performance.now(), perSecond: 0 };
  return () => {
    const nowMs = performance.now();
    const tally = crowd.tally();
    if (nowMs - last.atMs >= 1_000) {
      last = { people: tally.people, atMs: nowMs, perSecond: ((tally.people - last.people) * 1000) / (nowMs - last.atMs) };
    }
    return { tally, perSecond: last.perSecond };
  };
}
