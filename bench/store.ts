// What the sqlite store carries on this machine: commits per second, beside bare inserts of the same bytes, how long a release takes to load, and
// what a look at a long one costs that runs.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { sqlite } from "../src/adapters/stores/sqlite.ts";
import { toCanonicalJson } from "../src/core/canonical-json.ts";
import { chain, digestOfRow, genesisOf, noRowsDigest } from "../src/core/chain.ts";
import type { Observation, ReadingSeen } from "../src/core/observation.ts";
import type { Row } from "../src/core/row.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Commit, NewRelease, Store } from "../src/ports.ts";
import { benchLooks } from "./store/looks.ts";
import { fixtureEntry, fixtureRelease, fixtureRow, startMs } from "../test/fixtures/release.ts";

/** Metrics of a release, each with both arms and ten slices of stable: what a plan like ECOMSIMPLY's reads in a scrape. */
const metricCount = 10;
/** A decision is taken once in so many rows. */
const rowsPerEntry = 10;

const clock = createClock();

/** Prints the figures; `quick`: of shorter releases. */
export async function bench({ quick }: { readonly quick: boolean }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "serin-bench-store-"));
  const store = await sqlite.open({}, { clock, dataDir: folder });
  try {
    print(`one row is ${toCanonicalJson(benchRow("r", 1)).length} bytes of JSON: ${metricCount} metrics, two arms, ten slices`);
    const bare = bareInsertsPerSecond(join(folder, "bare.db"));
    print(`bare inserts of such a row, WAL and synchronous=FULL: ${bare.toFixed(0)}/s`);
    for (const rows of quick ? [500] : [500, 10_000]) await measureRelease(store, { rows, bare });
    await benchLooks(store, quick ? 1_000 : 10_000);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

async function measureRelease(store: Store, { rows, bare }: { readonly rows: number; readonly bare: number }): Promise<void> {
  const release = fixtureRelease({ id: `r${rows}`, services: [`service-${rows}`] });
  await store.create(release);
  const commits = benchCommits(release, rows);
  const commitMs = await took(async () => {
    for (const commit of commits) await store.commit(commit);
  });
  const perSecond = (rows * 1000) / commitMs;
  print(
    `commits of ${rows} rows, ${rows / rowsPerEntry} with an entry: ${perSecond.toFixed(0)}/s, ${(perSecond / bare).toFixed(2)} of the bare inserts`,
  );
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const loadMs = await took(async () => void (await store.load(release.id)));
  await clock.wait(10); // The monitor notes a wait only when it is over.
  delays.disable();
  const longestMs = delays.max / 1e6;
  print(
    `load of ${rows} rows and ${rows / rowsPerEntry} entries: ${loadMs.toFixed(0)} ms, others wait at most ${longestMs.toFixed(0)} ms of it`,
  );
}

function bareInsertsPerSecond(path: string): number {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = wal; PRAGMA synchronous = FULL; CREATE TABLE rows (body TEXT)");
  const insert = database.prepare("INSERT INTO rows VALUES (?)");
  const texts = Array.from({ length: 500 }, (_, index) => toCanonicalJson(benchRow("r", index)));
  const beganMs = clock.monotonicMs();
  for (const text of texts) insert.run(text);
  const tookMs = clock.monotonicMs() - beganMs;
  database.close();
  return (texts.length * 1000) / tookMs;
}

function benchCommits(release: NewRelease, rows: number): readonly Commit[] {
  const commits: Commit[] = [];
  let previous = genesisOf(release);
  let digest = noRowsDigest;
  for (let number = 1; number <= rows; number += 1) {
    const row = benchRow(release.id, number);
    const expectRevision = Math.floor((number - 1) / rowsPerEntry);
    digest = digestOfRow(digest, row);
    const isEntry = number % rowsPerEntry === 0;
    const entry = isEntry ? chain(previous, fixtureEntry(release.id, expectRevision + 1, number), digest) : null;
    if (entry !== null) [previous, digest] = [entry.hash, noRowsDigest];
    commits.push({
      release: release.id,
      expectRevision,
      expectRows: number - 1,
      row,
      entry,
      seen: [],
      isOver: false,
      freeze: null,
      owes: [],
    });
  }
  return commits;
}

function benchRow(release: string, number: number): Row {
  const row = fixtureRow(release, number);
  const names = Array.from({ length: metricCount }, (_, index) => `metric-${index}`);
  const observation: Observation = { ...row.observation, readings: Object.fromEntries(names.map((name) => [name, benchReading(number)])) };
  const series = {
    "http://127.0.0.1:4101 backend": [number, number, number * 100],
    "http://127.0.0.1:4102 backend": [number, number, number * 900],
  } as const;
  return { ...row, observation, cursor: Object.fromEntries(names.map((name) => [name, series])) };
}

function benchReading(number: number): ReadingSeen {
  const slices = Array.from({ length: 10 }, (_, slice) => ({ bad: slice % 3, total: 90 + slice }));
  const increment = {
    kind: "counts",
    atMs: startMs + number,
    canary: { bad: 1, total: 100 },
    stable: { bad: 9, total: 900 },
    slices,
  } as const;
  return { kind: "increment", increment };
}

async function took(work: () => Promise<void>): Promise<number> {
  const beganMs = clock.monotonicMs();
  await work();
  return clock.monotonicMs() - beganMs;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
