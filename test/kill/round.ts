import { setTimeout as wait } from "node:timers/promises";
import { chanceOf } from "../../src/demo/chance.ts";
import type { CrowdTally } from "../../src/demo/crowd-count.ts";
import { versionHeader } from "../../src/demo/shop/serve.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import type { StoredRelease } from "../../src/ports.ts";
import { auditAcknowledged, auditEvidence, auditJournal, auditNotices, auditTime, auditWords, openBeside } from "./audit.ts";
import { eventsOf, killAgainAndAgain, killUntilLeaseIsOver } from "./killer.ts";
import type { Events, Kills } from "./killer.ts";
import { fateOf } from "./moments.ts";
import type { Fate, Kind } from "./moments.ts";
import { nothingAcknowledged, personOf } from "./person.ts";
import type { Acknowledged, Person } from "./person.ts";
import type { Stage } from "./stage.ts";
import { playRelease } from "./team.ts";
import type { Play } from "./team.ts";

/** What one round came to. */
export interface RoundReport {
  readonly seed: number;
  readonly kind: Kind;
  /** Kind of the status that the release ended in; "-" when it did not. */
  readonly ended: string;
  readonly kills: number;
  /** Longest time without a server, ms. */
  readonly awayMs: number;
  /** Calls that were acknowledged: the start, and what was asked. */
  readonly acknowledged: number;
  readonly entries: number;
  readonly readings: number;
  readonly notices: number;
  /** Notices that arrived once more under their key. */
  readonly repeated: number;
  readonly people: number;
  readonly tookMs: number;
  /** What is not as it must be; empty when everything is. */
  readonly broken: readonly string[];
}

export interface RoundOptions {
  readonly seed: number;
  /** Number of the version that is released; a bad one is "NUMBER-errors". */
  readonly number: number;
  /** What the shop serves before. */
  readonly stable: string;
  readonly signal: AbortSignal;
}

/** A release that is not over by then, or still owes a notice, is broken, ms. */
const patienceMs = { usual: 180_000, lease: 240_000 } as const;

interface Round extends RoundOptions {
  readonly stage: Stage;
  readonly fate: Fate;
  readonly version: string;
  readonly acknowledged: Acknowledged;
  readonly kills: Kills;
  readonly before: CrowdTally;
  /** Monotonic ms. */
  readonly startedMs: number;
  /** False when some server of the round has another time than the machine. */
  readonly isClockRight: boolean;
}

/** Plays one release in which the server is killed at the moments of `seed`, and looks at everything that must have survived. Throws only when `signal` aborts. */
export async function playRound(stage: Stage, options: RoundOptions): Promise<RoundReport> {
  const startedMs = performance.now();
  const fate = fateOf(options.seed, chanceOf(`kill ${options.seed}`));
  const version = fate.kind === "bad" ? `${options.number}-errors` : String(options.number);
  const before = stage.crowd.tally();
  // The last server of a round over steps of the clock lives on.
  const isClockRight = fate.kind !== "clock" && stage.server.clockAheadMs === 0;
  const round = {
    ...options,
    stage,
    fate,
    version,
    acknowledged: nothingAcknowledged(),
    kills: { count: 0, away: [] },
    before,
    startedMs,
    isClockRight,
  };
  stage.tap.forget();
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new Error("the round did not end in time")),
    patienceMs[fate.kind === "lease" ? "lease" : "usual"],
  );
  try {
    return {
      ...(await finishRound(round, AbortSignal.any([options.signal, late.signal]))),
      tookMs: Math.round(performance.now() - startedMs),
    };
  } catch (error) {
    options.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    const broken = [why, ...failuresOf(round), ...stage.server.unexpected];
    return { ...reportOf(round, null), broken, tookMs: Math.round(performance.now() - startedMs) };
  } finally {
    clearTimeout(timer);
  }
}

async function finishRound(round: Round, signal: AbortSignal): Promise<Omit<RoundReport, "tookMs">> {
  const { stage } = round;
  const { view, play, broken } = await releaseUnderFire(round, signal);
  const again = await play.noor.start(play.start, play.key);
  const twice = again.id === view.id ? [] : [`the same start call began ${view.id} and then ${again.id}`];
  const stored = await settled(round, view.id, signal);
  const served = await auditPeople(round);
  const report = reportOf(round, stored);
  return { ...report, broken: [...broken, ...twice, ...report.broken, ...served, ...stage.server.unexpected] };
}

/** The release to its end, and the kills beside it. */
async function releaseUnderFire(
  round: Round,
  signal: AbortSignal,
): Promise<{ readonly view: ReleaseView; readonly play: Play; readonly broken: readonly string[] }> {
  const { stage, fate, kills, version } = round;
  const events = eventsOf(stage);
  const [over, failed] = [new AbortController(), new AbortController()];
  const exposed = Promise.withResolvers<void>();
  const play = playOf(round, { events, onExposed: exposed.resolve, signal: AbortSignal.any([signal, failed.signal]) });
  const killing =
    fate.kind === "lease"
      ? killUntilLeaseIsOver({ stage, kills, signal }, { exposed: exposed.promise, version })
      : killAgainAndAgain({ stage, kills, signal: AbortSignal.any([over.signal, signal]) }, { events, moments: fate.moments }).then(
          () => [],
        );
  killing.catch((error: unknown) => failed.abort(error));
  try {
    const view = await playRelease(play);
    over.abort();
    return { view, play, broken: await killing };
  } finally {
    over.abort();
    exposed.resolve();
    await Promise.allSettled([killing]);
    events.stop();
  }
}

function playOf(
  { stage, fate, version, seed, acknowledged }: Round,
  { events, onExposed, signal }: { readonly events: Events; readonly onExposed: () => void; readonly signal: AbortSignal },
): Play {
  const person = (name: "Camille" | "Noor"): Person =>
    personOf({
      serverUrl: stage.serverUrl,
      token: stage.tokenOf(name),
      acknowledged,
      onAsking: () => events.happen("asked", "before"),
      signal,
    });
  return {
    fate,
    start: {
      plan: { text: stage.planText({ keepPrevious: fate.keepPrevious }), file: "plan.yaml" },
      versions: { frontend: version, backend: version },
      reason: `round ${seed}`,
    },
    key: `round-${seed}`,
    camille: person("Camille"),
    noor: person("Noor"),
    onExposed,
  };
}

/** The stored release, once everybody was told what is owed. Throws when `signal` aborts before. */
async function settled({ stage }: Round, id: string, signal: AbortSignal): Promise<StoredRelease> {
  const store = openBeside(stage.dataDir);
  try {
    for (;;) {
      const stored = await store.load(id);
      if (stored === null) throw new Error(`release ${id} was acknowledged and is not in the store`);
      const { missing } = auditNotices(stored, stage.receiver.arrived());
      const isOwed = (await store.owed({ after: 0, limit: 100 })).some(({ release }) => release === id);
      if (missing.length === 0 && !isOwed && (await store.pending(id)).length === 0) return stored;
      if (signal.aborted) throw new Error(`${missing.length} notices never arrived (${missing[0]}), or are still owed: ${isOwed}`);
      await wait(50);
    }
  } finally {
    await store.close();
  }
}

const endOf: Readonly<Record<Kind, string>> = {
  good: "promoted",
  bad: "rolled-back",
  paused: "promoted",
  ordered: "rolled-back",
  clock: "promoted",
  lease: "promoted",
};

/** The round as far as it was stored; `null`: it did not come to an end. */
function reportOf(
  { seed, fate, acknowledged, kills, before, stage, startedMs, isClockRight }: Round,
  stored: StoredRelease | null,
): Omit<RoundReport, "tookMs"> {
  const status = stored?.entries.at(-1)?.entry.decision.status;
  const evidence = stored && auditEvidence(stored, stage.tap.overheard().pages);
  const notices = stored && auditNotices(stored, stage.receiver.arrived());
  const isRightEnd = status?.kind === endOf[fate.kind];
  const broken =
    stored === null
      ? []
      : [
          ...(isRightEnd ? [] : [`a release that is ${fate.kind} ended ${status?.kind}, not ${endOf[fate.kind]}`]),
          ...auditAcknowledged(stored, acknowledged),
          ...auditJournal(stored),
          ...(evidence?.wrong ?? []),
          ...(notices?.wrong ?? []),
          ...auditWords(stored, stage.tap.overheard().words),
          ...auditTime(stored, {
            tookMs: performance.now() - startedMs,
            killsMs: isClockRight ? kills.away.map(({ fromMs }) => fromMs) : null,
          }),
        ];
  return {
    seed,
    kind: fate.kind,
    ended: status?.kind ?? "-",
    kills: kills.count,
    awayMs: Math.max(0, ...kills.away.map(({ fromMs, untilMs }) => untilMs - fromMs)),
    acknowledged: acknowledged.starts.size + acknowledged.requests.size,
    entries: stored?.entries.length ?? 0,
    readings: evidence?.readings ?? 0,
    notices: notices?.owed ?? 0,
    repeated: notices?.repeated ?? 0,
    people: stage.crowd.tally().people - before.people,
    broken,
  };
}

/** What people met: no request may have failed that was not meant to, and everybody must be served by the version that won. */
async function auditPeople(round: Round): Promise<readonly string[]> {
  const { stage, fate, version, stable } = round;
  const broken = [...failuresOf(round)];
  const winner = endOf[fate.kind] === "promoted" ? version : stable;
  for (const path of ["/", "/api/products"]) {
    const answer = await fetch(`${stage.edgeUrl}${path}`);
    const served = answer.headers.get(versionHeader);
    if (served !== winner) broken.push(`${path} is served by version ${served}, not ${winner}`);
  }
  return broken;
}

function failuresOf({ stage, before }: Round): readonly string[] {
  const after = stage.crowd.tally();
  const failed = after.failedRequests - before.failedRequests;
  return failed === 0 ? [] : [`${failed} requests of people failed: ${after.failures.slice(before.failures.length).join("; ")}`];
}
