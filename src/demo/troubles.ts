import { setTimeout as wait } from "node:timers/promises";
import type { ChainedEntry } from "../ports.ts";
import type { Stage } from "./stage.ts";
import type { Story } from "./story.ts";

/** One thing that goes wrong in the world around the release, and when. */
export type Trouble = { readonly from: When; readonly until: Until } & (
  | { readonly kind: "pricetruth-down" }
  /** The shop's database spoils this share of the answers of both versions. */
  | { readonly kind: "shared-incident"; readonly ratio: number }
  /** The controller cannot read what the edge has counted. */
  | { readonly kind: "metrics-outage" }
  /** The edge refuses the calls of the controller. */
  | { readonly kind: "router-down" }
  /** `kill -9` of the server; it is started again on the same folder at the end of the trouble. */
  | { readonly kind: "controller-killed" }
);

/** So many of the plan's minutes after the phase (index) began. */
export interface When {
  readonly phase: number;
  readonly minute: number;
}

/** So many of the plan's minutes after it began; when a release that holds for this reason has held so long; when the edge's lease has run out. */
export type Until =
  | { readonly kind: "minutes"; readonly minutes: number }
  | { readonly kind: "held"; readonly why: string; readonly minutes: number }
  | { readonly kind: "lease-over" }
  | { readonly kind: "over" };

export interface Conducting {
  readonly troubles: readonly Trouble[];
  readonly stage: Stage;
  readonly story: Story;
  /** The release's journal until now. */
  journal(): Promise<readonly ChainedEntry[]>;
  readonly signal: AbortSignal;
}

interface Playing extends Omit<Conducting, "troubles"> {
  readonly trouble: Trouble;
}

const looksEveryMs = 20;

/** Lets every trouble begin and end in its time. Resolves when none is left, or `signal` aborts: then those under way are ended as well. */
export async function conduct({ troubles, ...rest }: Conducting): Promise<void> {
  const done = await Promise.allSettled(troubles.map((trouble) => play({ ...rest, trouble })));
  for (const one of done) if (one.status === "rejected") throw one.reason;
}

async function play(playing: Playing): Promise<void> {
  const { trouble, stage, story, journal, signal } = playing;
  const hasBegun = await until(() => story.isPast(trouble.from), signal);
  if (!hasBegun) return;
  story.noteBegin(await journal());
  await begin(trouble, stage, story);
  try {
    await until(isOver(playing), signal);
  } finally {
    await end(trouble, stage, story);
    story.noteEnd(trouble);
  }
}

function isOver({ trouble: { until: last }, stage, story }: Playing): () => Promise<boolean> {
  const beganMs = performance.now();
  return async (): Promise<boolean> => {
    switch (last.kind) {
      case "minutes":
        return story.minutesSince(beganMs) >= last.minutes;
      case "held":
        return story.heldMinutes(last.why) >= last.minutes;
      case "lease-over": {
        const { lease } = await stage.routerSeen();
        if (lease === "expired") story.noteLeaseOver();
        return lease === "expired";
      }
      case "over":
        return false;
    }
  };
}

async function begin(trouble: Trouble, stage: Stage, story: Story): Promise<void> {
  switch (trouble.kind) {
    case "pricetruth-down":
      return stage.priceTruth.stop();
    case "shared-incident":
      return story.setIncident(trouble.ratio);
    case "metrics-outage":
      return stage.ways.source.cut();
    case "router-down":
      return stage.ways.router.cut();
    case "controller-killed":
      return stage.server.kill();
  }
}

async function end(trouble: Trouble, stage: Stage, story: Story): Promise<void> {
  switch (trouble.kind) {
    case "pricetruth-down":
      return stage.priceTruth.start();
    case "shared-incident":
      return story.setIncident(0);
    case "metrics-outage":
      return stage.ways.source.mend();
    case "router-down":
      return stage.ways.router.mend();
    case "controller-killed":
      return stage.server.start();
  }
}

/** True when `isTrue` came to be; false when `signal` aborted first. */
async function until(isTrue: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isTrue()) return true;
    await wait(looksEveryMs);
  }
  return false;
}
