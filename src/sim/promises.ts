import type { Decision } from "../core/decision.ts";
import { apply, isSamePlace, newborn } from "../core/apply.ts";
import { bookAfterDecision, bookAfterRow, emptyBook, standingsOf } from "../core/evidence-book.ts";
import type { EvidenceBook, Standing } from "../core/evidence-book.ts";
import { compares } from "../core/checks.ts";
import type { Release } from "../core/release.ts";
import { missingRoles } from "../core/decide/sign-offs.ts";
import { isOver, isTerminal } from "../core/status.ts";
import type { Status } from "../core/status.ts";
import { isWithoutStable, wanted } from "../core/wanted.ts";
import { verify } from "../engine/replay.ts";
import type { Commit, NewRelease, Store, StoredRelease, WantedTraffic, WantedWorkloads } from "../ports.ts";
import { checkApplied, checkCounts, checkGoingOn, checkNotices, checkObserved, checkReported } from "./own-eyes.ts";
import type { Outdoors } from "./simulated-world.ts";

/** Holds the promises of DESIGN.md 9 against everything that happens, as it happens. */
export interface Witness {
  /** The store, watched. */
  watch(store: Store): Store;
  /** Called when the router is asked. */
  asked(wanted: WantedTraffic): void;
  /** Called when workloads are asked for, before it is done. */
  applied(wanted: WantedWorkloads): void;
  /** Called when everything is over. */
  atEnd(end: End): Promise<void>;
  /** What was broken, in sentences that begin with the promise's number. */
  readonly broken: string[];
}

/** What the witness sees of the world by itself, whatever the engine says. */
export interface Sights {
  /** Milliseconds since the beginning. */
  readonly elapsedMs: () => number;
  readonly outdoors: Outdoors;
  /** False while the router gives old answers, so that nobody can know what it does. */
  readonly isRouterHonest: boolean;
  /** False when counters begin at zero again in between, so that some counts are lost for good. */
  readonly areCountersWhole: boolean;
  /** When the last fault ends, ms since the beginning. */
  readonly calmFromMs: number;
}

export interface End {
  readonly id: string;
  /** Ids of the requests whose senders were told that they are kept. */
  readonly acknowledged: readonly string[];
  /** Something outside never gets ready, so that the release may end up waiting for it, once people were told. */
  readonly isStuck: boolean;
}

interface Memory {
  readonly release: Release;
  readonly book: EvidenceBook;
  /** When each revision was committed, ms since the beginning. */
  readonly atMs: readonly number[];
}

export function witness(sights: Sights): Witness {
  const broken: string[] = [];
  const memories = new Map<string, Memory>();
  let watched: Store | null = null;
  const lastAsked = new Map<string, number>();
  const created = (id: string, release: NewRelease): void => {
    if (!memories.has(id)) memories.set(id, { release: newborn(release), book: emptyBook(release.plan), atMs: [] });
  };
  const committed = async (store: Store, commit: Commit): Promise<void> => {
    const before = memories.get(commit.release);
    if (!before) return void broken.push(`8: ${commit.release} was committed to, but never created`);
    const book = bookAfterRow(before.book, before.release, commit.row.observation);
    broken.push(...checkObserved(before.release, commit.row, sights));
    if (!commit.entry) return void memories.set(commit.release, { ...before, book });
    const { entry } = commit.entry;
    const freezes = await store.freezes(commit.row.observation.nowMs);
    broken.push(...checkDecision({ ...before, book }, commit, entry.decision), ...checkGoingOn({ ...before, book }, entry, freezes));
    const atMs = [...before.atMs, sights.elapsedMs()];
    memories.set(commit.release, { release: apply(before.release, entry), book: bookAfterDecision(book, entry.decision), atMs });
  };
  return {
    broken,
    watch(store) {
      watched = store;
      return watchedStore(store, { created, committed: (commit) => committed(store, commit) });
    },
    asked(traffic) {
      const memory = memories.get(traffic.release);
      if (!memory) return void broken.push(`1: the router was asked for ${traffic.release}, which is not in the journal`);
      broken.push(...checkAsked(memory.release, traffic, lastAsked.get(traffic.release) ?? 0));
      lastAsked.set(traffic.release, traffic.sharePct);
    },
    applied(workloads) {
      for (const { release } of memories.values()) broken.push(...checkApplied(release, workloads, sights));
    },
    async atEnd(end) {
      const { id, acknowledged } = end;
      const stored = await watched?.load(id);
      if (!stored) return void broken.push(`8: release ${id} is gone`);
      const memory = memories.get(id);
      if (memory) broken.push(...checkEnd(stored, memory.release, { ...end, ...sights }), ...checkNotices(stored, memory, sights));
      broken.push(...checkAcknowledged(stored, acknowledged), ...checkCounts(stored, sights));
      const verified = verify(stored, (await watched?.told(id)) ?? null);
      if (!verified.ok) broken.push(`8: the journal does not verify at revision ${verified.revision}: ${verified.why}`);
    },
  };
}

/** The store, with word of everything that it has taken. */
function watchedStore(
  store: Store,
  told: { created(id: string, release: NewRelease): void; committed(commit: Commit): Promise<void> },
): Store {
  return {
    load: (id) => store.load(id),
    head: (id) => store.head(id),
    standing: (id) => store.standing(id),
    since: (id, page) => store.since(id, page),
    list: (options) => store.list(options),
    active: () => store.active(),
    ask: (request) => store.ask(request),
    pending: (release) => store.pending(release),
    owed: (page) => store.owed(page),
    delivered: (notice, atMs) => store.delivered(notice, atMs),
    giveUp: (notice, given) => store.giveUp(notice, given),
    lost: (release) => store.lost(release),
    told: (release) => store.told(release),
    freeze: (freeze) => store.freeze(freeze),
    freezes: (nowMs) => store.freezes(nowMs),
    lift: (lift) => store.lift(lift),
    access: store.access,
    close: () => store.close(),
    async create(release) {
      const id = await store.create(release);
      told.created(id, release);
      return id;
    },
    async commit(commit) {
      await store.commit(commit);
      await told.committed(commit);
    },
  };
}

/** Promises 1 and 3. */
function checkAsked(release: Release, { sharePct }: WantedTraffic, beforePct: number): readonly string[] {
  const broken: string[] = [];
  const allowedPct = wanted(release)?.traffic.sharePct ?? null;
  if (allowedPct === null)
    return [`1: the router was asked for ${sharePct} % by a release that wants nothing of it (${release.status.kind})`];
  if (sharePct !== allowedPct) {
    broken.push(`1: the router was asked for ${sharePct} % where the journal says ${allowedPct} % (revision ${release.revision})`);
  }
  if (release.rollback && release.status.kind !== "promoted" && sharePct > beforePct) {
    broken.push(`3: the share rose from ${beforePct} % to ${sharePct} % after the rollback was committed`);
  }
  return broken;
}

/** Promises 2 and 4. `before` has the commit's readings in its book already. */
function checkDecision(before: Memory, commit: Commit, decision: Decision): readonly string[] {
  const broken: string[] = [];
  const { release } = before;
  const { status } = decision;
  if (isTerminal(release.status) && status.kind !== release.status.kind) broken.push(`4: ${release.status.kind} became ${status.kind}`);
  const from = "phase" in release.status ? release.status.phase : -1;
  if (isSamePlace(release.status, status)) return broken;
  broken.push(...checkReported(release, decision));
  if (status.kind === "shifting" && status.phase !== from + 1) broken.push(`2: from phase ${from} to phase ${status.phase}`);
  if (status.kind === "shifting" || (status.kind === "promoting" && release.status.kind !== "promoting")) {
    const standings = standingsOf(release, before.book, commit.row.observation.nowMs);
    const open = standings.filter(({ check, verdict }) => check.phase === from && verdict.kind !== "pass").map(({ check }) => check.id);
    if (open.length > 0) broken.push(`2: phase ${from} was left with open gates: ${open.join(", ")}`);
    const failed = failedGuards(release, standings, decision);
    if (failed.length > 0) broken.push(`2: phase ${from} was left past failed guards: ${failed.join(", ")}`);
    const missing = missingRoles(release, status.kind === "shifting" ? { kind: "phase", phase: status.phase } : { kind: "promote" });
    const signedNow = decision.facts.flatMap((fact) => (fact.kind === "signed" ? [fact.signOff.role] : []));
    const unsigned = missing.filter((role) => !signedNow.includes(role));
    if (unsigned.length > 0) broken.push(`2: phase ${from} was left without ${unsigned.join(", ")}`);
  }
  if (release.status.kind !== "rolling-back" && ["preparing", "shifting", "promoting"].includes(status.kind)) {
    broken.push(...checkSigners(release, decision));
  }
  return broken;
}

/** Guards that have failed, that nobody looked at and that no fresh evidence has cleared; where nothing is left to compare with, comparisons only ask. */
function failedGuards(release: Release, standings: readonly Standing[], { facts }: Decision): readonly string[] {
  const settled = facts.flatMap((fact) => (fact.kind === "dismissed" || fact.kind === "cancelled" ? [fact.check] : []));
  const isAlone = isWithoutStable(release);
  return standings
    .filter(({ check, verdict }) => check.phase === null && verdict.kind === "fail" && !verdict.shared && !(isAlone && compares(check)))
    .map(({ check }) => check.id)
    .filter((id) => !release.dismissed.includes(id) && !settled.includes(id));
}

/** Promise 2: whoever started a release is never alone in approving a step, and nobody speaks for two roles. */
function checkSigners(release: Release, { status, facts }: Decision): readonly string[] {
  const gone = facts.flatMap((fact) => (fact.kind === "lapsed" ? [fact.signOff.by] : []));
  const now = facts.flatMap((fact) => (fact.kind === "signed" ? [fact.signOff] : []));
  const signers = [...release.signOffs.filter(({ by }) => !gone.includes(by)), ...now]
    .filter(({ for: step }) =>
      step.kind === "phase" ? status.kind === "shifting" && status.phase === step.phase : isStepTo(step.kind, status),
    )
    .map(({ by }) => by);
  if (signers.length === 0) return [];
  return [
    ...(signers.every((by) => by === release.startedBy || by === release.startedFor)
      ? [`2: ${signers.join(" and ")} started it, and approved ${status.kind} alone`]
      : []),
    ...(new Set(signers).size < signers.length ? [`2: one person spoke for two roles (${signers.join(", ")})`] : []),
  ];
}

function isStepTo(step: "start" | "promote" | "rollback", status: Status): boolean {
  return (step === "start" && status.kind === "preparing") || (step === "promote" && status.kind === "promoting");
}

/** Promise 5: it is over, or it waits for people, and they were told so. */
function checkEnd(stored: StoredRelease, { status }: Release, { outdoors, isStuck }: End & Sights): readonly string[] {
  if (isOver(status)) return [];
  const last = stored.entries.findLast(({ entry }) => entry.decision.facts.some((fact) => fact.kind === "became" || fact.kind === "late"));
  const isLate = last?.entry.decision.facts.some((fact) => fact.kind === "late") === true;
  const waits = status.kind === "waiting" || status.kind === "holding" || (isStuck && isLate);
  if (!waits) return [`5: the release ended up ${status.kind} and nobody is asked`];
  const isTold = [...outdoors.arrived.values()].some(
    ({ release, entry }) => release === stored.head.id && entry.revision === last?.entry.revision,
  );
  return isTold || stored.head.plan.notify.length === 0 ? [] : [`5: the release is ${status.kind}, and nobody was told`];
}

/** Promise 8: whatever was acknowledged is answered in the journal, exactly once. */
function checkAcknowledged(stored: StoredRelease, acknowledged: readonly string[]): readonly string[] {
  const answered = stored.entries.flatMap(({ entry }) =>
    entry.decision.facts.flatMap((fact) => (fact.kind === "accepted" || fact.kind === "refused" ? [fact.request] : [])),
  );
  return acknowledged.flatMap((id) => {
    const times = answered.filter((request) => request === id).length;
    return times === 1 ? [] : [`8: request ${id} was acknowledged and answered ${times} times`];
  });
}
