import { expect, test } from "vitest";
import type { StoredSession, StoredToken } from "../../src/ports.ts";
import { startMs } from "../fixtures/release.ts";
import type { StoreSubject } from "./store.ts";

/** What a store promises of sessions and tokens. */
export function accessContract(subject: () => StoreSubject): void {
  const session: StoredSession = {
    hash: "a".repeat(64),
    name: "Ada",
    grants: [{ roles: ["release-manager"], environments: null }],
    via: "login",
    createdMs: startMs,
    expiresMs: startMs + 1_000,
  };
  const token: StoredToken = {
    id: "t1",
    hash: "b".repeat(64),
    name: "pipeline",
    roles: ["devops-lead"],
    environments: ["production"],
    createdMs: startMs,
    createdBy: "Ada",
    expiresMs: startMs + 1_000,
    lastUsedMs: null,
    revoked: null,
  };

  test("a session is found by its hash alone, outlives the process, and is gone once closed", async () => {
    const { store } = subject();
    await store.access.openSession(session);
    const reopened = await subject().reopen();
    expect(await reopened.access.session(session.hash)).toEqual(session);
    expect(await reopened.access.session("Ada")).toBe(null);
    await expect(reopened.access.openSession({ ...session, name: "Eve" })).rejects.toBeInstanceOf(Error);
    await reopened.access.closeSession(session.hash);
    await reopened.access.closeSession(session.hash);
    expect(await reopened.access.session(session.hash)).toBe(null);
  });

  test("all sessions are there, newest first, with the kind of browser where one was known", async () => {
    const { store } = subject();
    expect(await store.access.sessions()).toEqual([]);
    const older = { ...session, hash: "e".repeat(64), createdMs: startMs - 1, agent: "Firefox, Linux" };
    const same = { ...session, hash: "f".repeat(64) };
    for (const one of [older, same, session]) await store.access.openSession(one);
    const reopened = await subject().reopen();
    expect(await reopened.access.sessions()).toEqual([session, same, older]);
  });

  test("sessions that have expired are forgotten, the others are not", async () => {
    const { store } = subject();
    const later = { ...session, hash: "c".repeat(64), expiresMs: startMs + 2_000 };
    await store.access.openSession(session);
    await store.access.openSession(later);
    await store.access.forgetSessions(startMs + 1_500);
    expect(await store.access.session(session.hash)).toBe(null);
    expect(await store.access.session(later.hash)).toEqual(later);
  });

  test("a token tells when it was used and by whom it was revoked; two of one secret are refused", async () => {
    const { store } = subject();
    await store.access.addToken(token);
    const second = { ...token, id: "t2", hash: "d".repeat(64) };
    await store.access.addToken(second);
    await expect(store.access.addToken({ ...token, id: "t3" })).rejects.toBeInstanceOf(Error);
    await store.access.tokenUsed("t1", startMs + 5);
    const revoke = { id: "t1", by: "Grace", atMs: startMs + 9 };
    expect(await store.access.revokeToken(revoke)).toBe(true);
    expect(await store.access.revokeToken(revoke)).toBe(false);
    expect(await store.access.revokeToken({ ...revoke, id: "t9" })).toBe(false);
    const reopened = await subject().reopen();
    const revoked = { ...token, lastUsedMs: startMs + 5, revoked: { by: "Grace", atMs: startMs + 9 } };
    expect(await reopened.access.tokens()).toEqual([second, revoked]);
  });
}
