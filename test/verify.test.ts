import { expect, test } from "vitest";
import { chain, genesisOf } from "../src/core/chain.ts";
import type { Entry } from "../src/core/decision.ts";
import { verifyStory } from "../src/engine/recall.ts";
import { verify } from "../src/engine/replay.ts";
import { sayVerified } from "../src/http/releases.ts";
import type { Store, StoredRelease, ToldNotice } from "../src/ports.ts";
import { simulate } from "../src/sim/simulate.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import { stories } from "../src/sim/stories.ts";

const story = await simulate({
  ...stories["rolled back within two minutes"],
  plan: { ...smallPlan, notify: [{ notifier: "slack", to: "#r" }] },
});
const { stored, told } = story;

/** The journal with one entry changed by somebody who knows how the chain is made: every link fits again. */
function forged(revision: number, change: (entry: Entry) => Entry): StoredRelease {
  let previous = genesisOf(stored.head);
  const entries = stored.entries.map((link) => {
    const made = chain(previous, link.entry.revision === revision ? change(link.entry) : link.entry, link.rowsDigest);
    previous = made.hash;
    return made;
  });
  return { ...stored, entries };
}

const breach = stored.entries.find(({ entry }) => entry.decision.facts.some(({ kind }) => kind === "breach"))?.entry;
const signed = stored.entries.find(({ entry }) => entry.decision.facts.some(({ kind }) => kind === "signed"))?.entry;
if (breach === undefined || signed === undefined) throw new Error("the story has a breach and a sign-off");

const known = (change: (notices: readonly ToldNotice[]) => readonly ToldNotice[]): readonly ToldNotice[] => change(told);

test("a release with its notices is verified, and it is said what was looked at", () => {
  const found = verify(stored, told);
  expect(found).toMatchObject({ ok: true, entries: stored.entries.length, rows: stored.rows.length, notices: told.length });
  expect(told.length).toBeGreaterThan(3);
  expect(sayVerified(found)).toMatchObject({
    ok: true,
    revision: null,
    says: expect.stringContaining(`each of ${told.length} notices is known`) as string,
  });
  expect(verify(stored)).toMatchObject({ ok: true, notices: null });
});

test.each<[string, () => ReturnType<typeof verify>, number, RegExp]>([
  [
    "a decision that was changed, with every link made anew",
    () =>
      verify(
        forged(breach.revision, (entry) => ({
          ...entry,
          decision: { ...entry.decision, status: { kind: "promoted", sinceMs: 1, previous: "gone" } },
        })),
      ),
    breach.revision,
    /^row \d+: status\.\w+ is .+ in the journal, and .+ when it is decided again$/u,
  ],
  [
    "a person who was exchanged",
    () =>
      verify(forged(signed.revision, (entry) => JSON.parse(JSON.stringify(entry).replaceAll(/"by":"[^"]+"/gu, '"by":"Mallory"')) as Entry)),
    signed.revision,
    /^row \d+: facts\.\d+\..*by is "Mallory" in the journal, and ".+" when it is decided again$/u,
  ],
  [
    "a decision that was left out, its row taken for one without",
    () => {
      const { entries, ...rest } = stored;
      return verify({ ...rest, entries: entries.slice(0, -1) });
    },
    stored.entries.length,
    /^row \d+: it is nothing in the journal, and \{.+ when it is decided again$/u,
  ],
  [
    "a link that does not fit",
    () => verify({ ...stored, entries: stored.entries.map((link, index) => (index === 2 ? { ...link, hash: "0".repeat(64) } : link)) }),
    3,
    /the entry was changed/u,
  ],
  [
    "a notice that was taken away",
    () =>
      verify(
        stored,
        known((notices) => notices.filter(({ revision }) => revision !== breach.revision)),
      ),
    breach.revision,
    /^the notice to slack #r is missing$/u,
  ],
  [
    "a notice that nobody owed",
    () =>
      verify(stored, [
        ...told,
        { revision: breach.revision, target: { notifier: "slack", to: "#x" }, deliveredMs: 1, lostMs: null, why: null },
      ]),
    breach.revision,
    /^no decision owed the notice to slack #x$/u,
  ],
  [
    "a scheduled start that nobody scheduled",
    () => verify({ ...stored, head: { ...stored.head, notBeforeMs: 1 } }),
    1,
    /the link to what came before is broken/u,
  ],
])("says where it breaks: %s", (_, verified, revision, why) => {
  const found = verified();
  expect(found).toMatchObject({ ok: false, revision, atMs: stored.entries[revision - 1]?.entry.atMs });
  expect(found.ok ? "" : found.why).toMatch(why);
  const { says, ok } = sayVerified(found);
  expect(ok).toBe(false);
  expect(says).toMatch(new RegExp(`^revision ${revision} \\(2025-08-19T12:\\d\\d:\\d\\d\\.\\d{3}Z\\): `, "u"));
});

/** The store of the story while its release runs: at each question `step` rows further. */
function running(step: number, toldNow: readonly ToldNotice[] = told): Pick<Store, "head" | "since" | "told"> {
  let length = 0;
  const goOn = (): StoredRelease => {
    length += step;
    return { ...stored, rows: stored.rows.slice(0, length), entries: stored.entries.filter(({ entry }) => entry.row <= length) };
  };
  return {
    head: async () => stored.head,
    since: async (_, { after, limit }) => {
      const now = goOn();
      const rows = now.rows.slice(after.rows, after.rows + limit);
      const last = after.rows + rows.length;
      return { rows, entries: now.entries.slice(after.revision).filter(({ entry }) => entry.row <= last) };
    },
    told: async () => {
      const { entries } = goOn();
      return toldNow.filter(({ revision }) => revision <= entries.length || revision > stored.entries.length);
    },
  };
}

test("a release that goes on while it is verified is no tampered one, wherever it stands", async () => {
  const clock = { monotonicMs: () => 0 };
  for (let step = 1; step <= stored.rows.length; step += 1) {
    expect(await verifyStory({ store: running(step), clock }, stored.head.id)).toMatchObject({ ok: true });
    const missing = running(
      step,
      known((notices) => notices.filter(({ revision }) => revision !== 1)),
    );
    expect(await verifyStory({ store: missing, clock }, stored.head.id)).toMatchObject({ ok: false, revision: 1 });
    const stray = running(step, [
      ...told,
      { revision: stored.entries.length + 1, target: { notifier: "slack", to: "#r" }, deliveredMs: 1, lostMs: null, why: null },
    ]);
    expect(await verifyStory({ store: stray, clock }, stored.head.id)).toMatchObject({
      ok: false,
      why: "no decision owed the notice to slack #r",
    });
  }
});
