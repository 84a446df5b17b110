import type { ChainedEntry } from "../core/chain.ts";
import type { FailingNotices } from "../core/notices.ts";
import type { EvidenceBook } from "../core/evidence-book.ts";
import type { History } from "../core/history/history.ts";
import type { Readings, Tape } from "../core/history/tape.ts";
import type { Observation } from "../core/observation.ts";
import type { Release } from "../core/release.ts";
import type { Request } from "../core/requests.ts";
import { glanceOf } from "../core/view/build-release-view.ts";
import type { Glance } from "../core/view/build-release-view.ts";
import { EnvironmentFrozen } from "../ports.ts";
import type { LostNotice, NewRelease, World } from "../ports.ts";
import { Archive } from "./archive.ts";
import { Delivery } from "./deliver.ts";
import type { DeliveryHealth, Story } from "./deliver.ts";
import { openHistories, openTapes, readReadings } from "./histories.ts";
import { Keeper } from "./keeper.ts";
import type { Tick } from "./keeper.ts";
import { verifyStory } from "./recall.ts";
import type { Verified } from "./replay.ts";
import { patience as usualPatience } from "./run.ts";
import type { Patience } from "./run.ts";
import { Starts } from "./starts.ts";
import { steadyTime } from "./steady-time.ts";

/** A release as it stands now. `observation` is the last one, with what was seen of the world since; `null` before the first. */
export interface View {
  /** As it began. */
  readonly head: NewRelease;
  readonly release: Release;
  readonly book: EvidenceBook;
  readonly entries: readonly ChainedEntry[];
  /** Rows of its story so far. */
  readonly rows: number;
  readonly observation: Observation | null;
  /** Receivers that cannot be told just now, and notices that were given up. */
  readonly notices: { readonly failing: readonly FailingNotices[]; readonly lost: readonly LostNotice[] };
}

export interface EngineOptions {
  readonly patience?: Partial<Patience>;
  /** Where people reach the server, for links in notices; absent: notices have none. */
  readonly publicUrl?: string | null;
  /** Told about every trouble that is not a release's own story: a store that fails, a notice that cannot be sent. */
  readonly onTrouble?: (message: string) => void;
  /** Told when a trouble of a release's own ticks, or of its notices, is over. */
  readonly onRecovery?: (message: string) => void;
  /** Told after each tick of each release, how long it took and how late it was. */
  readonly onTick?: (tick: Tick) => void;
}

/** How a release begins. `inFreeze`: "wait" is for who lifts the freeze, or lets the start pass it; absent: "refuse". */
export interface Begin {
  readonly inFreeze?: "refuse" | "wait";
}

export interface Engine {
  /** Takes up every unfinished release where it was. */
  start(): Promise<void>;
  /** Stores and starts a release; answers its id. Throws `ServiceBusy` (a service or the router is in another release) or `EnvironmentFrozen`. */
  release(head: NewRelease, begin?: Begin): Promise<string>;
  /** Stores a request and wakes its release; resolved means that it survives a crash, not that it was answered. */
  ask(request: Request): Promise<void>;
  /** Ids of the releases that run in this process: those that are not over, or keep something running. */
  active(): readonly string[];
  /** True while some release cannot go on, because the store or the engine itself fails. */
  isTroubled(): boolean;
  notices(): DeliveryHealth;
  /** `null` when there is no such release. */
  view(id: string): Promise<View | null>;
  /** As a list shows it; `null` when there is no such release. */
  glance(id: string): Promise<Glance | null>;
  /** How the evidence of a check (its id) grew, a second old at most; `null` when there is no such release. Throws when its plan has no such check. */
  history(id: string, check: string): Promise<History | null>;
  /** What was read of a quantity, a second old at most; `null` when there is no such release. */
  tape(id: string, quantity: string): Promise<Tape | null>;
  /** What was read of quantities up to row `rows`; nothing when there is no such release. */
  readings(id: string, asked: { readonly quantities: readonly string[]; readonly rows: number }): Promise<Readings>;
  /** Checks the chain of a stored release and decides everything again. An unknown id is not verified. */
  verify(id: string): Promise<Verified>;
  /** Calls `listener` with the release's id after each commit; answers how to stop that. */
  onCommit(listener: (id: string) => void): () => void;
  /** Epoch ms that never runs back. */
  nowMs(): number;
  /** Ends every loop after its running tick. */
  close(): Promise<void>;
}

export function createEngine(world: World, options: EngineOptions = {}): Engine {
  const trouble = options.onTrouble ?? (() => undefined);
  const patience: Patience = { ...usualPatience, ...options.patience };
  const listeners = new Set<(id: string) => void>();
  const told = (id: string): void => {
    delivery.ring();
    for (const listener of listeners) listener(id);
  };
  const nowMs = steadyTime(world.clock, 0);
  const archive = new Archive(world);
  const recovery = options.onRecovery ?? (() => undefined);
  const keeper = new Keeper({
    world,
    patience,
    trouble,
    recovery,
    told,
    ended: (memory) => archive.keep(memory),
    ticked: options.onTick ?? (() => undefined),
  });
  const starts = new Starts(world, keeper);
  const publicUrl = options.publicUrl ?? null;
  const delivery = new Delivery({ world, patience, publicUrl, trouble, recovery, story: storiesOf(keeper, archive) });
  return {
    async start() {
      await keeper.takeUp(await world.store.active());
      delivery.start();
    },
    async release(head, { inFreeze = "refuse" } = {}) {
      const freeze = (await world.store.freezes(nowMs())).find((candidate) => candidate.environment === head.environment);
      // What is scheduled waits for its moment, and then for the freeze to be lifted.
      if (freeze && inFreeze === "refuse" && (head.notBeforeMs ?? 0) <= nowMs()) throw new EnvironmentFrozen(freeze);
      return starts.begin(head);
    },
    async ask(request) {
      await world.store.ask(request);
      await keeper.take(request.release);
    },
    isTroubled: () => keeper.isTroubled,
    notices: () => delivery.health,
    active: () => keeper.runs().map((run) => run.id),
    async view(id) {
      const run = keeper.run(id);
      const memory = run?.memory ?? (await archive.memory(id));
      if (!memory) return null;
      const last = memory.lastRow?.observation ?? null;
      const { head, release, book, entries, rows } = memory;
      const notices = { failing: delivery.failing(id), lost: await world.store.lost(id) };
      return { head, release, book, entries, rows, observation: last && { ...last, ...run?.outside }, notices };
    },
    ...insightsOf(world, keeper, archive),
    onCommit(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    nowMs,
    async close() {
      await Promise.all([keeper.close(), delivery.close()]);
    },
  };
}

/** What stored stories say. */
function insightsOf(world: World, keeper: Keeper, archive: Archive): Pick<Engine, "glance" | "history" | "tape" | "readings" | "verify"> {
  const [histories, tapes] = [openHistories(world), openTapes(world)];
  return {
    async glance(id) {
      const run = keeper.run(id);
      return run ? glanceOf(run.memory) : archive.glance(id);
    },
    history: (id, check) => histories.of(id, check),
    tape: (id, quantity) => tapes.of(id, quantity),
    readings: (id, asked) => readReadings(world, id, asked),
    async verify(id) {
      const verified = await verifyStory(world, id);
      return verified ?? { ok: false, revision: 0, atMs: null, why: `there is no release ${id}` };
    },
  };
}

/** Journals for the outbox: from memory while the release runs, from the archive afterwards. */
function storiesOf(keeper: Keeper, archive: Archive): (release: string) => Promise<Story | null> {
  return async (release) => {
    const memory = keeper.run(release)?.memory ?? (await archive.memory(release));
    return memory && { head: memory.head, entries: memory.entries.map(({ entry }) => entry) };
  };
}
