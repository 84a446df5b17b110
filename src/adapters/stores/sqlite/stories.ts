import { fromCanonicalJson } from "../../../core/canonical-json.ts";
import type { Entry } from "../../../core/decision.ts";
import type { Row } from "../../../core/row.ts";
import type { ChainedEntry, NewRelease, Place, StoredRelease, StoryPage } from "../../../ports.ts";
import type { Statements } from "./statements.ts";
import { damaged } from "./trouble.ts";

type Found = Record<string, unknown>;

/** A part of a release's story as it stands in the tables. */
export interface FoundPage {
  readonly standing: Place | null;
  readonly after: Place;
  /** `null`: as many as there are. */
  readonly limit: number | null;
  readonly rows: readonly Found[];
  readonly entries: readonly Found[];
}

/** Of which release, in which file: for messages. */
interface Where {
  readonly id: string;
  readonly path: string;
}

const beginning: Place = { revision: 0, rows: 0 };

/** So much JSON is read in one go, characters: then others get their turn. */
const readAtOnce = 256 * 1024;

/** How far the release is; `null`: there is none. One statement of a transaction. */
export function findStanding(statements: Statements, id: string): Place | null {
  const found = statements.standing.get(id);
  return found === undefined ? null : { revision: Number(found["revision"]), rows: Number(found["row_count"]) };
}

/** What follows `after`; to be called in a transaction, so that rows and entries belong together. */
export function findPage(
  statements: Statements,
  id: string,
  { after, limit }: { readonly after: Place; readonly limit: number | null },
): FoundPage {
  // Of a full page each row led to one entry at most; a negative limit is none. Source: https://www.sqlite.org/lang_select.html#limitoffset
  const rows = statements.rowsSince.all(id, after.rows, limit ?? -1);
  const entries = statements.entriesSince.all(id, after.revision, rows.length === limit ? limit : -1);
  return { standing: findStanding(statements, id), after, limit, rows, entries };
}

/** Everything about a release, in a transaction. */
export function findRelease(statements: Statements, id: string): (FoundPage & { readonly head: unknown }) | null {
  const head = statements.head.get(id);
  return head === undefined ? null : { head: head["head"], ...findPage(statements, id, { after: beginning, limit: null }) };
}

/** Throws `StoreUnusable` (`damaged`) when it is no release. */
export function parseHead(head: unknown, where: Where): NewRelease {
  try {
    return parse(head) as NewRelease;
  } catch (error) {
    throw damagedAt(where, error);
  }
}

/** Long releases have thousands of rows: while they are read, others get their turn. Throws `StoreUnusable` when something is missing or unreadable. */
export async function parsePage(found: FoundPage, where: Where): Promise<StoryPage> {
  const { standing, after, limit } = found;
  if (standing === null) return { rows: [], entries: [] };
  const left = { revision: standing.revision - after.revision, rows: standing.rows - after.rows };
  const isEnd = limit === null || found.rows.length < limit;
  if (isEnd && (found.rows.length !== left.rows || found.entries.length !== left.revision)) {
    const has = `${after.revision + found.entries.length} entries over ${after.rows + found.rows.length} rows`;
    throw damagedAt(where, new Error(`it has ${has} of ${standing.revision} over ${standing.rows}`));
  }
  try {
    const rows: Row[] = [];
    let sinceTurn = 0;
    for (const { body } of found.rows) {
      const text = String(body);
      sinceTurn += text.length;
      if (sinceTurn > readAtOnce) {
        await othersTurn();
        sinceTurn = 0;
      }
      rows.push(parse(text) as Row);
    }
    const entries = found.entries.map(toChainedEntry);
    assertInOrder({ rows, entries }, after);
    const last = isEnd ? Number.POSITIVE_INFINITY : (rows.at(-1)?.number ?? after.rows);
    const later = entries.findIndex(({ entry }) => entry.row > last);
    return { rows, entries: later < 0 ? entries : entries.slice(0, later) };
  } catch (error) {
    throw damagedAt(where, error);
  }
}

/** Throws when one is missing in between. */
function assertInOrder({ rows, entries }: StoryPage, after: Place): void {
  const strayRow = rows.findIndex(({ number }, index) => number !== after.rows + index + 1);
  if (strayRow >= 0) throw new Error(`row ${after.rows + strayRow + 1} is not where it was written`);
  const strayEntry = entries.findIndex(({ entry }, index) => entry.revision !== after.revision + index + 1);
  if (strayEntry >= 0) throw new Error(`entry ${after.revision + strayEntry + 1} is not where it was written`);
}

/** As `parsePage`, for everything. */
export async function parseRelease(found: ReturnType<typeof findRelease>, where: Where): Promise<StoredRelease | null> {
  return found === null ? null : { head: parseHead(found.head, where), ...(await parsePage(found, where)) };
}

function damagedAt({ id, path }: Where, error: unknown): ReturnType<typeof damaged> {
  return damaged(path, error, `is damaged at release ${id}`);
}

function othersTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function parse(text: unknown): unknown {
  return fromCanonicalJson(String(text));
}

function toChainedEntry(found: Found): ChainedEntry {
  return {
    entry: parse(found["body"]) as Entry,
    previous: String(found["previous"]),
    rowsDigest: String(found["rows_digest"]),
    hash: String(found["hash"]),
  };
}
