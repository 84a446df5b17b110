import { watch } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Moment, Occasion } from "./moments.ts";
import type { Stage } from "./stage.ts";

/** What was done to the server. */
export interface Kills {
  count: number;
  /** Epoch ms of the machine's clock: from each kill to the next server that answered. */
  readonly away: { readonly fromMs: number; readonly untilMs: number }[];
}

/** Everything that a kill may wait for, as it happens. */
export interface Events {
  happen(occasion: Occasion, when: "before" | "after"): void;
  /** Calls `strike` in the very moment; resolves true then, false when `signal` aborts before. */
  at(moment: Moment, strike: () => void, signal: AbortSignal): Promise<boolean>;
  stop(): void;
}

/** Without its event a moment comes after this long anyway, ms. */
const patienceMs = 1_200;

/** The events of a stage: what its wire, its receiver and its disk say by themselves; people's requests are told by `happen`. */
export function eventsOf({ tap, receiver, dataDir }: Stage): Events {
  let listener: Events["happen"] = () => undefined;
  const happen: Events["happen"] = (occasion, when) => listener(occasion, when);
  tap.onContact = happen;
  receiver.onNotice = () => happen("notice", "after");
  const disk = watch(dataDir, (_event, name) => {
    if (name === "serin.db-wal") happen("written", "after");
  });
  return {
    happen,
    at: (moment, strike, signal) =>
      new Promise((resolve) => {
        let seen = 0;
        const finish = (isStruck: boolean): void => {
          listener = () => undefined;
          for (const timer of timers) clearTimeout(timer);
          signal.removeEventListener("abort", giveUp);
          if (isStruck) strike();
          resolve(isStruck);
        };
        const giveUp = (): void => finish(false);
        const timers = [setTimeout(() => finish(true), moment.occasion === "time" ? moment.lagMs : patienceMs)];
        signal.addEventListener("abort", giveUp);
        if (signal.aborted) return giveUp();
        listener = (occasion, when) => {
          if (occasion !== moment.occasion || when !== moment.when) return;
          seen += 1;
          if (seen !== moment.nth) return;
          if (moment.lagMs === 0) finish(true);
          else timers.push(setTimeout(() => finish(true), moment.lagMs));
        };
      }),
    stop() {
      disk.close();
      tap.onContact = () => undefined;
      receiver.onNotice = () => undefined;
    },
  };
}

export interface Killing {
  readonly stage: Stage;
  readonly kills: Kills;
  readonly signal: AbortSignal;
}

/** Kills the server at each moment and starts it again, until there are none left or `signal` aborts; a server answers when this resolves. */
export async function killAgainAndAgain(
  { stage, kills, signal }: Killing,
  { events, moments }: { readonly events: Events; readonly moments: readonly Moment[] },
): Promise<void> {
  for (const moment of moments) {
    let fromMs = 0;
    const isStruck = await events.at(moment, () => (fromMs = kill(stage, kills)), signal);
    if (!isStruck) return;
    await stage.server.gone();
    await wait(moment.awayMs);
    await startAgain(stage, kills, moment);
    kills.away.push({ fromMs, untilMs: Date.now() });
  }
}

function kill(stage: Stage, kills: Kills): number {
  stage.server.kill();
  kills.count += 1;
  return Date.now();
}

/** Starts the server; where the moment says so, kills it once more while it starts. */
async function startAgain(stage: Stage, kills: Kills, { againAfterMs, clockAheadMs }: Moment): Promise<void> {
  if (againAfterMs !== null) {
    const starting = stage.server.start(clockAheadMs);
    await Promise.race([wait(againAfterMs), starting]);
    kill(stage, kills);
    await starting;
    await stage.server.gone();
  }
  await stage.server.start(clockAheadMs);
}

/** The edge's lease, as long as the engine's patience says, and what a busy machine needs to notice. */
const leaseMs = { promised: 30_000, atMost: 45_000 } as const;

/**
 * Kills the server once people are on the new version, and leaves it dead until the edge has taken them home by itself; then starts it again.
 * Answers what was not as promised: people on the new version for longer than the lease.
 */
export async function killUntilLeaseIsOver(
  { stage, kills, signal }: Killing,
  { exposed, version }: { readonly exposed: Promise<void>; readonly version: string },
): Promise<readonly string[]> {
  await exposed;
  if (signal.aborted) return [];
  const fromMs = kill(stage, kills);
  await stage.server.gone();
  while ((await stage.lease()) !== "expired" && Date.now() - fromMs < leaseMs.atMost) await wait(100, undefined, { signal });
  const homeMs = Date.now();
  await wait(1_000, undefined, { signal });
  const lastMs = stage.crowd.tally().lastAnswerMs[version] ?? 0;
  await stage.server.start(0);
  kills.away.push({ fromMs, untilMs: Date.now() });
  const broken = [];
  if (homeMs - fromMs >= leaseMs.atMost) broken.push(`the lease was not over after ${homeMs - fromMs} ms without a server`);
  if (homeMs - fromMs < leaseMs.promised - 6_000) broken.push(`the lease was over after ${homeMs - fromMs} ms already`);
  if (lastMs < fromMs) broken.push("nobody was on the new version after the server's death: the lease had nothing to do");
  if (lastMs > homeMs + 5_000) broken.push(`somebody was served by the new version ${lastMs - homeMs} ms after the lease was over`);
  return broken;
}
