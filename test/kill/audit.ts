import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseExposition } from "../../src/adapters/metrics/exposition/exposition.ts";
import { answerQuery } from "../../src/adapters/metrics/edge/answer-query.ts";
import { Reserve } from "../../src/adapters/stores/sqlite/reserve.ts";
import { createSqliteStore } from "../../src/adapters/stores/sqlite/sqlite-store.ts";
import { apply, newborn } from "../../src/core/apply.ts";
import { isSameData } from "../../src/core/canonical-json.ts";
import { quantitiesOf } from "../../src/core/checks.ts";
import type { Entry } from "../../src/core/decision.ts";
import { newsOf } from "../../src/core/notices.ts";
import type { Release } from "../../src/core/release.ts";
import type { Row } from "../../src/core/row.ts";
import { wanted } from "../../src/core/wanted.ts";
import { createClock } from "../../src/engine/clock.ts";
import { verify } from "../../src/engine/replay.ts";
import type { Store, StoredRelease, WantedTraffic } from "../../src/ports.ts";
import type { Acknowledged } from "./person.ts";

/** The store as it lies on the disk, beside the server that has it. */
export function openBeside(dataDir: string): Store {
  const path = join(dataDir, "serin.db");
  const database = new DatabaseSync(path, { readOnly: true });
  return createSqliteStore({ database, path, reserve: new Reserve(dataDir, createClock()), afterClose: () => undefined });
}

/** What of the acknowledged is not in the journal, or there otherwise than people were told. */
export function auditAcknowledged({ entries }: StoredRelease, acknowledged: Acknowledged): readonly string[] {
  const answers = Map.groupBy(
    entries.flatMap(({ entry }) => entry.decision.facts).filter((fact) => fact.kind === "accepted" || fact.kind === "refused"),
    (fact) => fact.request,
  );
  const requests = [...acknowledged.requests].flatMap(([id, answer]) => {
    const found = answers.get(id) ?? [];
    const says = found.map(({ kind }) => kind).join(", ");
    if (found.length !== 1) return [`request ${id} was answered "${answer}" and stands ${found.length} times in the journal (${says})`];
    return answer === "accepted" && says !== "accepted" ? [`request ${id} was answered "accepted" and is ${says} in the journal`] : [];
  });
  const decisions = [...acknowledged.entries].flatMap(([revision, hash]) =>
    entries[revision - 1]?.hash === hash
      ? []
      : [`revision ${revision} was read as ${hash} and is ${entries[revision - 1]?.hash ?? "gone"}`],
  );
  return [...requests, ...decisions];
}

/** Which notices the journal owes that did not arrive, arrived with different contents, or were never owed; and how many there are. */
export function auditNotices(
  { head, entries }: StoredRelease,
  arrived: ReadonlyMap<string, readonly string[]>,
): { readonly missing: readonly string[]; readonly wrong: readonly string[]; readonly owed: number; readonly repeated: number } {
  const owed = new Map<string, Entry>(
    entries
      .filter(({ entry }) => newsOf(entry.decision).length > 0)
      .flatMap(({ entry }) =>
        head.plan.notify.map(({ notifier, to }) => [`${head.id}:${entry.revision}:${notifier}:${to}`, entry] as const),
      ),
  );
  const own = [...arrived].filter(([key]) => key.startsWith(`${head.id}:`));
  const wrong = own.flatMap(([key, texts]) => {
    const entry = owed.get(key);
    if (entry === undefined) return [`notice ${key} arrived, and the journal does not owe it`];
    if (new Set(texts).size > 1) return [`notice ${key} arrived with ${new Set(texts).size} different contents`];
    const told = JSON.parse(texts[0] ?? "{}") as { readonly data?: { readonly entry?: unknown } };
    // JSON has no infinity: the entry is compared as a receiver can know it.
    return isSameData(told.data?.entry, JSON.parse(JSON.stringify(entry)))
      ? []
      : [`notice ${key} tells another entry than the journal has`];
  });
  const missing = [...owed.keys()].filter((key) => !arrived.has(key));
  return { missing, wrong, owed: owed.size, repeated: own.reduce((sum, [, texts]) => sum + texts.length - 1, 0) };
}

/** What the chain, or a decision made again, says against the stored release. */
export function auditJournal(stored: StoredRelease): readonly string[] {
  const verified = verify(stored);
  return verified.ok ? [] : [`not verified: revision ${verified.revision}: ${verified.why}`];
}

/** Words to the router that the journal did not allow at that revision. */
export function auditWords({ head, entries }: StoredRelease, words: readonly WantedTraffic[]): readonly string[] {
  const releases: Release[] = [newborn(head)];
  for (const { entry } of entries) releases.push(apply(releases.at(-1) ?? newborn(head), entry));
  return words
    .filter(({ release }) => release === head.id)
    .flatMap(({ revision, sharePct }) => {
      const release = releases[revision];
      const allowed = release && wanted(release)?.traffic.sharePct;
      return allowed === sharePct
        ? []
        : [`the router was told ${sharePct} % at revision ${revision}, where the journal has ${allowed ?? "nothing"}`];
    });
}

/**
 * Time that ran back in the rows, or was counted as observed while nobody looked: more of it than the whole round took (`tookMs`), or any in the first
 * row after a kill (epoch ms; `null` where the server's clock was another).
 */
export function auditTime(
  { rows }: StoredRelease,
  { tookMs, killsMs }: { readonly tookMs: number; readonly killsMs: readonly number[] | null },
): readonly string[] {
  const back = rows.find((row, index) => row.observation.nowMs < (rows[index - 1]?.observation.nowMs ?? 0));
  const observedMs = rows.reduce((sum, { observation }) => sum + observation.observedMs, 0);
  const over = (killsMs ?? []).flatMap((killedMs) => rows.find(({ observation }) => observation.nowMs > killedMs) ?? []);
  return [
    ...(back ? [`row ${back.number} is earlier than the one before it`] : []),
    ...(observedMs > tookMs ? [`${observedMs} ms were observed in a round of ${Math.round(tookMs)} ms`] : []),
    ...over
      .filter(({ observation }) => observation.observedMs > 0)
      .map(({ number, observation }) => `row ${number} counts ${observation.observedMs} ms over a time in which no server ran`),
  ];
}

/**
 * What is wrong with the evidence, and how many readings were compared. The rows' increments, added up to each row, must be what the edge had
 * counted in one of the pages that it gave out, less the page that the first reading was: page after page, of every quantity, arm and slice.
 * So no reading is lost between the first and the last, and none is counted twice, however often the server died between them.
 */
export function auditEvidence(
  { head, rows }: StoredRelease,
  pages: readonly string[],
): { readonly wrong: readonly string[]; readonly readings: number } {
  const queries = quantitiesOf(head.plan);
  const counted = pages.map((text) => {
    const page = { edge: "edge", samples: parseExposition(text), bornMs: null };
    return queries.flatMap((query) => {
      const reading = answerQuery(query, [page], 0);
      if (reading.kind !== "counters") return [0, 0, 0, 0];
      return (["canary", "stable"] as const).flatMap((arm) => {
        const own = reading.series.filter((series) => series.arm === arm);
        const sum = (of: (series: (typeof own)[number]) => number): number => own.reduce((total, series) => total + of(series), 0);
        return [sum(({ bad }) => bad), sum(({ total }) => total)];
      });
    });
  });
  const sums = cumulated(
    rows,
    queries.map(({ quantity }) => quantity),
  );
  if (sums.length === 0) return { wrong: [], readings: 0 };
  const isFound = counted.some(
    (_page, first) => sums.reduce((at, sum) => (at < 0 ? at : nextPage(counted, { from: at, first, sum })), first) >= 0,
  );
  const wrong = isFound ? [] : [`the ${sums.length} readings in the rows do not add up to what the edge counted in ${pages.length} pages`];
  return { wrong, readings: sums.length };
}

/** Of each row with readings: all increments up to and with it, in the order of `counted` above. */
function cumulated(rows: readonly Row[], quantities: readonly string[]): readonly (readonly number[])[] {
  const sums: number[][] = [];
  for (const { observation } of rows) {
    const increments = quantities.map((quantity) => observation.readings[quantity]);
    if (increments.every((reading) => reading === undefined || reading.kind !== "increment")) continue;
    const step = increments.flatMap((reading) => {
      const increment = reading?.kind === "increment" && reading.increment.kind === "counts" ? reading.increment : null;
      return [increment?.canary, increment?.stable].flatMap((tally) => [tally?.bad ?? 0, tally?.total ?? 0]);
    });
    const before = sums.at(-1) ?? step.map(() => 0);
    sums.push(step.map((value, index) => value + (before[index] ?? 0)));
  }
  return sums;
}

/** The first page from `from` on whose counts are those of page `first` and `sum` more; -1: there is none. */
function nextPage(
  counted: readonly (readonly number[])[],
  { from, first, sum }: { readonly from: number; readonly first: number; readonly sum: readonly number[] },
): number {
  const base = counted[first] ?? [];
  return counted.findIndex((page, index) => index >= from && sum.every((value, at) => (page[at] ?? 0) - (base[at] ?? 0) === value));
}
