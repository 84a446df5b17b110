import type { DatabaseSync } from "node:sqlite";
import { StoreUnusable } from "../../../ports.ts";

/** Marks a file as serin's: the letters "srn1". Source: https://www.sqlite.org/pragma.html#pragma_application_id */
const applicationId = 0x73726e31;

/** What each version of the schema changes, oldest first. A published one is never edited: the next change is a new member. */
const migrations: readonly string[] = [
  `
  CREATE TABLE releases (
    seq       INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    start_key TEXT UNIQUE,
    head      TEXT NOT NULL,
    revision  INTEGER NOT NULL DEFAULT 0,
    row_count INTEGER NOT NULL DEFAULT 0,
    is_over   INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX releases_active ON releases (seq) WHERE is_over = 0;

  -- One active release per service: the primary key is the promise.
  CREATE TABLE occupied (
    service TEXT NOT NULL PRIMARY KEY,
    release TEXT NOT NULL REFERENCES releases (id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX occupied_by_release ON occupied (release);

  CREATE TABLE readings (
    release TEXT NOT NULL REFERENCES releases (id),
    number  INTEGER NOT NULL,
    body    TEXT NOT NULL,
    UNIQUE (release, number)
  ) STRICT;

  CREATE TABLE entries (
    release     TEXT NOT NULL REFERENCES releases (id),
    revision    INTEGER NOT NULL,
    body        TEXT NOT NULL,
    previous    TEXT NOT NULL,
    rows_digest TEXT NOT NULL,
    hash        TEXT NOT NULL,
    UNIQUE (release, revision)
  ) STRICT;

  -- What was written into a journal stays as it was written.
  CREATE TRIGGER readings_stay BEFORE UPDATE ON readings BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
  CREATE TRIGGER readings_remain BEFORE DELETE ON readings BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
  CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
  CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;

  CREATE TABLE requests (
    seq     INTEGER PRIMARY KEY,
    release TEXT NOT NULL REFERENCES releases (id),
    id      TEXT NOT NULL,
    body    TEXT NOT NULL,
    is_seen INTEGER NOT NULL DEFAULT 0,
    UNIQUE (release, id)
  ) STRICT;
  CREATE INDEX requests_pending ON requests (release, seq) WHERE is_seen = 0;

  CREATE TABLE outbox (
    seq          INTEGER PRIMARY KEY,
    release      TEXT NOT NULL REFERENCES releases (id),
    revision     INTEGER NOT NULL,
    notifier     TEXT NOT NULL,
    target       TEXT NOT NULL,
    delivered_ms REAL,
    UNIQUE (release, revision, notifier, target)
  ) STRICT;
  CREATE INDEX outbox_owed ON outbox (seq) WHERE delivered_ms IS NULL;

  CREATE TABLE freezes (
    seq         INTEGER PRIMARY KEY,
    environment TEXT NOT NULL,
    release     TEXT NOT NULL REFERENCES releases (id),
    since_ms    REAL NOT NULL,
    lifted_ms   REAL,
    lifted_by   TEXT,
    reason      TEXT
  ) STRICT;
  CREATE UNIQUE INDEX freezes_now ON freezes (environment, release) WHERE lifted_ms IS NULL;
  `,
  `
  -- A notice that cannot be delivered is given up, with the reason.
  ALTER TABLE outbox ADD COLUMN given_up_ms REAL;
  ALTER TABLE outbox ADD COLUMN why TEXT;
  DROP INDEX outbox_owed;
  CREATE INDEX outbox_owed ON outbox (seq) WHERE delivered_ms IS NULL AND given_up_ms IS NULL;
  CREATE INDEX outbox_lost ON outbox (release, seq) WHERE given_up_ms IS NOT NULL;
  `,
  `
  -- People freeze an environment by hand, with a reason and perhaps an end.
  ALTER TABLE freezes RENAME TO freezes_before;
  DROP INDEX freezes_now;
  CREATE TABLE freezes (
    seq         INTEGER PRIMARY KEY,
    environment TEXT NOT NULL,
    release     TEXT REFERENCES releases (id),
    since_ms    REAL NOT NULL,
    frozen_by   TEXT,
    because     TEXT,
    until_ms    REAL,
    lifted_ms   REAL,
    lifted_by   TEXT,
    reason      TEXT
  ) STRICT;
  INSERT INTO freezes (seq, environment, release, since_ms, lifted_ms, lifted_by, reason)
    SELECT seq, environment, release, since_ms, lifted_ms, lifted_by, reason FROM freezes_before;
  DROP TABLE freezes_before;
  CREATE UNIQUE INDEX freezes_now ON freezes (environment, release) WHERE lifted_ms IS NULL AND release IS NOT NULL;

  CREATE TABLE sessions (
    hash       TEXT NOT NULL PRIMARY KEY,
    body       TEXT NOT NULL,
    expires_ms REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_end ON sessions (expires_ms);

  CREATE TABLE tokens (
    seq          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    hash         TEXT NOT NULL UNIQUE,
    body         TEXT NOT NULL,
    last_used_ms REAL,
    revoked_ms   REAL,
    revoked_by   TEXT
  ) STRICT;
  `,
];

/** The schema version that this serin writes. */
export const schemaVersion: number = migrations.length;

/** Brings `database` to `schemaVersion`, each step in its own transaction; it is serin's, or new. */
export function migrate(database: DatabaseSync): void {
  const found = readPragma(database, "user_version");
  for (const [index, change] of migrations.entries()) {
    if (index < found) continue;
    database.exec(`BEGIN IMMEDIATE; ${change}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}

/** Throws `StoreUnusable` unless the file `path` is serin's (`damaged`) and of a schema that this serin knows (`newer`). */
export function refuseOthers(database: DatabaseSync, path: string): void {
  const [mark, version] = [readPragma(database, "application_id"), readPragma(database, "user_version")];
  if (mark !== applicationId || version < 1) {
    throw new StoreUnusable({
      why: "damaged",
      message: `the file ${path} is a database of another program, or its first bytes are damaged`,
      remedy: "Give serin a data folder of its own; if this is serin's, put the last backup in its place.",
    });
  }
  if (version > schemaVersion) {
    throw new StoreUnusable({
      why: "newer",
      message: `the store ${path} has schema ${version}, this serin knows up to ${schemaVersion}`,
      remedy: "Run the serin that wrote it, or a later one; there is no way back to an older schema.",
    });
  }
}

/** Answers a pragma whose value is a number. */
function readPragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
