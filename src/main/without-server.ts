import { join } from "node:path";
import type { AskedHere } from "../cli/doctor.ts";
import type { ReportStored } from "../cli/release-report.ts";
import type { Readings } from "../core/history/tape.ts";
import { UserError } from "../errors.ts";
import type { ExamineAnswer, VerifyAnswer } from "../http/contract.ts";
import { StoreUnusable } from "../ports.ts";
import type { Clock, Store } from "../ports.ts";
import { adapterLists, openStore, readServerFile, refusalOf } from "./server-makings.ts";

/**
 * Looks at what a release of a plan would rest on, from this machine: with the connections of a server's file, and no server. Throws
 * `file-unreadable`, `server-file-invalid` or `plan-invalid`.
 */
export async function examineHere(asked: AskedHere): Promise<ExamineAnswer> {
  const [{ createClock }, { connectWorld }, { readPlan }, { openConnections, secretReaders }, { examine }, { mkdtemp, rm }, { tmpdir }] =
    await Promise.all([
      import("../engine/clock.ts"),
      import("../adapters/connect.ts"),
      import("../config/plan-file.ts"),
      import("../config/open-connections.ts"),
      import("../doctor/examine.ts"),
      import("node:fs/promises"),
      import("node:os"),
    ]);
  const lists = await adapterLists();
  const { server } = await readServerFile(asked.configFile, lists);
  const { plan, problems } = readPlan(asked.plan.text, asked.plan.file, { ...lists, server });
  if (plan === null || problems.some(({ severity }) => severity === "error")) {
    throw new UserError("plan-invalid", `${asked.plan.file} cannot be released as it is.`, { problems });
  }
  const { connections } = openConnections(server, lists, secretReaders(asked.configFile));
  await using closing = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "serin-doctor-"));
  closing.defer(() => rm(dataDir, { recursive: true, force: true }));
  const leaving = new AbortController();
  closing.defer(() => leaving.abort());
  const clock = createClock();
  const world = connectWorld({ lists, connections, clock, dataDir, closing: leaving.signal });
  const startsMs = asked.startsMs === null ? clock.nowMs() : asked.startsMs(plan.timeZone);
  const examining = { plan, versions: asked.versions, startsMs, doubts: problems.length, active: null, world, clock };
  const language = asked.language ?? plan.language;
  return { language, parts: (await examine(examining, leaving.signal))(language) };
}

/** Verifies a release in a data folder that no server holds; what is not there is not made. Throws `data-unusable` or `release-unknown`. */
export async function verifyStored(asked: StoredAt): Promise<VerifyAnswer> {
  const [{ verifyStory }, { sayVerified }] = await Promise.all([import("../engine/recall.ts"), import("../http/releases.ts")]);
  try {
    return await withStored(asked, async (world) => {
      const verified = await verifyStory(world, asked.release);
      if (verified === null) throw unknownIn(asked);
      return sayVerified(verified);
    });
  } catch (error) {
    if (error instanceof StoreUnusable && error.why === "damaged") return { ok: false, revision: null, says: sayDamage(error) };
    throw await refusalOf(error);
  }
}

/** A report of a release in a data folder that no server holds, as a file's text. Throws `data-unusable` or `release-unknown`. */
export async function reportStored(asked: Parameters<ReportStored>[0]): Promise<string> {
  const [{ emptyMemory }, { recallOn, verifyStory }, { readReadings }, { buildReport }, { reportChecks }, { writeReport }, { toEnd }] =
    await Promise.all([
      import("../engine/replay.ts"),
      import("../engine/recall.ts"),
      import("../engine/histories.ts"),
      import("../core/report/build-report.ts"),
      import("../core/report/check-reports.ts"),
      import("../core/report/write-report.ts"),
      import("../core/slices.ts"),
    ]);
  const { release: id } = asked;
  try {
    return await withStored(asked, async (world) => {
      const { store, clock } = world;
      const told = await store.told(id);
      const [head, verified] = [await store.head(id), await verifyStory(world, id)];
      if (head === null || verified === null) throw unknownIn(asked);
      const { release, book, entries, lastRow, rows } = await recallOn(world, emptyMemory(head));
      const seen = { release, book, entries, observation: lastRow?.observation ?? null };
      const { plan } = release;
      const language = asked.language ?? plan.language;
      const [nowMs, journal] = [clock.nowMs(), entries.map(({ entry }) => entry)];
      const readings = async (quantities: readonly string[]): Promise<Readings> => readReadings(world, id, { quantities, rows });
      const turn = async (): Promise<void> => undefined;
      const read = await reportChecks({ plan, rows, readings, turn }, { entries: journal, nowMs, language });
      return toEnd(writeReport(toEnd(buildReport({ seen, rows, read, told, verified, nowMs, language })), asked.format));
    });
  } catch (error) {
    throw await refusalOf(error);
  }
}

function unknownIn({ dataDir, release }: StoredAt): UserError {
  return new UserError("release-unknown", `No release in ${dataDir} is called ${release}.`);
}

interface StoredAt {
  readonly dataDir: string;
  readonly release: string;
}

interface Opened {
  readonly store: Store;
  readonly clock: Clock;
}

/** What `work` makes of what is stored; the store is closed again. Throws what the store throws. */
async function withStored<Result>({ dataDir }: Pick<StoredAt, "dataDir">, work: (opened: Opened) => Promise<Result>): Promise<Result> {
  const [{ stores }, { createClock }] = await Promise.all([import("../adapters/stores/list.ts"), import("../engine/clock.ts")]);
  if (!stores[0].isThere(dataDir)) throw new UserError("data-unusable", `There is no store in ${dataDir}.`);
  const clock = createClock();
  const store = await openStore(dataDir, clock);
  try {
    return await work({ store, clock });
  } finally {
    await store.close();
  }
}

/** Where the store is damaged, and what was found there. */
function sayDamage({ message, cause }: StoreUnusable): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
