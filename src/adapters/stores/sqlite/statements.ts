import type { DatabaseSync, StatementSync } from "node:sqlite";

const texts = {
  insertRelease: "INSERT INTO releases (id, start_key, head) VALUES (?, ?, ?)",
  byStartKey: "SELECT id FROM releases WHERE start_key = ?",
  standing: "SELECT revision, row_count, is_over FROM releases WHERE id = ?",
  head: "SELECT head FROM releases WHERE id = ?",
  newest: "SELECT head FROM releases ORDER BY seq DESC LIMIT ?",
  olderThan: "SELECT head FROM releases WHERE seq < (SELECT seq FROM releases WHERE id = ?) ORDER BY seq DESC LIMIT ?",
  active: `SELECT id FROM releases WHERE is_over = 0
      OR id IN (SELECT release FROM requests WHERE is_seen = 0) ORDER BY seq`,
  advance: "UPDATE releases SET revision = ?, row_count = ?, is_over = ? WHERE id = ?",
  holder: "SELECT release FROM occupied WHERE service = ?",
  occupy: "INSERT INTO occupied (service, release) VALUES (?, ?) ON CONFLICT (service) DO NOTHING",
  vacate: "DELETE FROM occupied WHERE release = ?",
  insertRow: "INSERT INTO readings (release, number, body) VALUES (?, ?, ?)",
  insertEntry: "INSERT INTO entries (release, revision, body, previous, rows_digest, hash) VALUES (?, ?, ?, ?, ?, ?)",
  rowsSince: "SELECT body FROM readings WHERE release = ? AND number > ? ORDER BY number LIMIT ?",
  entriesSince: "SELECT body, previous, rows_digest, hash FROM entries WHERE release = ? AND revision > ? ORDER BY revision LIMIT ?",
  ask: "INSERT INTO requests (release, id, body) VALUES (?, ?, ?) ON CONFLICT (release, id) DO NOTHING",
  see: "UPDATE requests SET is_seen = 1 WHERE release = ? AND id = ?",
  pending: "SELECT body FROM requests WHERE release = ? AND is_seen = 0 ORDER BY seq",
  owe: "INSERT INTO outbox (release, revision, notifier, target) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  owed: `SELECT seq, release, revision, notifier, target FROM outbox
      WHERE delivered_ms IS NULL AND given_up_ms IS NULL AND seq > ? ORDER BY seq LIMIT ?`,
  deliver: `UPDATE outbox SET delivered_ms = ? WHERE release = ? AND revision = ? AND notifier = ? AND target = ?
      AND delivered_ms IS NULL AND given_up_ms IS NULL`,
  giveUp: `UPDATE outbox SET given_up_ms = ?, why = ? WHERE release = ? AND revision = ? AND notifier = ? AND target = ?
      AND delivered_ms IS NULL AND given_up_ms IS NULL`,
  lost: "SELECT revision, notifier, target, given_up_ms, why FROM outbox WHERE release = ? AND given_up_ms IS NOT NULL ORDER BY revision, seq",
  told: `SELECT revision, notifier, target, delivered_ms, given_up_ms, why FROM outbox WHERE release = ? ORDER BY revision, seq`,
  freeze: "INSERT INTO freezes (environment, release, since_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  freezeByHand: "INSERT INTO freezes (environment, since_ms, frozen_by, because, until_ms) VALUES (?, ?, ?, ?, ?)",
  freezes: `SELECT environment, release, since_ms, frozen_by, because, until_ms FROM freezes
      WHERE lifted_ms IS NULL AND (until_ms IS NULL OR until_ms > ?) ORDER BY seq`,
  lift: `UPDATE freezes SET lifted_ms = ?1, lifted_by = ?2, reason = ?3
      WHERE environment = ?4 AND lifted_ms IS NULL AND (until_ms IS NULL OR until_ms > ?1)`,
  openSession: "INSERT INTO sessions (hash, body, expires_ms) VALUES (?, ?, ?)",
  session: "SELECT body FROM sessions WHERE hash = ?",
  sessions: "SELECT body FROM sessions",
  closeSession: "DELETE FROM sessions WHERE hash = ?",
  forgetSessions: "DELETE FROM sessions WHERE expires_ms < ?",
  addToken: "INSERT INTO tokens (id, hash, body) VALUES (?, ?, ?)",
  tokens: "SELECT body, last_used_ms, revoked_ms, revoked_by FROM tokens ORDER BY seq DESC",
  revokeToken: "UPDATE tokens SET revoked_ms = ?, revoked_by = ? WHERE id = ? AND revoked_ms IS NULL",
  tokenUsed: "UPDATE tokens SET last_used_ms = ? WHERE id = ?",
} as const;

/** Every statement of the store, prepared once, by what it does. */
export type Statements = Readonly<Record<keyof typeof texts, StatementSync>>;

/** Answers the store's statements on `database`, whose schema stands. */
export function prepareStatements(database: DatabaseSync): Statements {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, database.prepare(text)])) as Record<
    keyof typeof texts,
    StatementSync
  >;
}
