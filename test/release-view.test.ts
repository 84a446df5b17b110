import { describe, expect, test } from "vitest";
import { drawRelease } from "../src/cli/view/draw-release.ts";
import { widthOf } from "../src/cli/view/span.ts";
import { answerRequests } from "../src/core/decide/requests.ts";
import type { Sight } from "../src/core/decide/sight.ts";
import { freshVerdict, standingsOf } from "../src/core/evidence-book.ts";
import { roles } from "../src/core/plan.ts";
import type { ReleaseView } from "../src/core/release-view.ts";
import type { Request } from "../src/core/requests.ts";
import { buildReleaseView } from "../src/core/view/build-release-view.ts";
import { recall } from "../src/engine/replay.ts";
import type { Memory } from "../src/engine/replay.ts";
import { isMismatched } from "../src/evidence/sample-ratio.ts";
import { simulate } from "../src/sim/simulate.ts";
import { stories } from "../src/sim/stories.ts";
import { sampleView } from "./sample-view.ts";

/** A simulated release at some dozen moments of its life, the last one among them. */
async function moments(name: keyof typeof stories): Promise<readonly Memory[]> {
  const { stored } = await simulate(stories[name]);
  const step = Math.max(1, Math.floor(stored.rows.length / 12));
  return stored.rows
    .filter((row, at) => at % step === 0 || row === stored.rows.at(-1))
    .map((last) =>
      recall({
        ...stored,
        rows: stored.rows.filter((row) => row.number <= last.number),
        entries: stored.entries.filter(({ entry }) => entry.row <= last.number),
      }),
    );
}

const nowOf = (memory: Memory): number => memory.lastRow?.observation.nowMs ?? 0;
const viewOf = (memory: Memory, language: "en" | "fr"): ReleaseView =>
  buildReleaseView({ ...memory, observation: memory.lastRow?.observation ?? null }, nowOf(memory), language);

function sightOf(memory: Memory, request: Request): Sight {
  const { release, book, lastRow } = memory;
  if (lastRow === null) throw new Error("nothing was seen yet");
  const seen = { ...lastRow.observation, requests: [request] };
  const standings = standingsOf(release, book, seen.nowMs);
  return {
    release,
    plan: release.plan,
    book,
    seen,
    nowMs: seen.nowMs,
    standings,
    fresh: freshVerdict(book),
    isMismatched: isMismatched(book.draws),
  };
}

const told = [
  "promoted",
  "rolled back within two minutes",
  "investigated, then rolled back",
  "stopped",
  "halted",
  "paused and resumed",
] as const;

describe.each(told)("the view of a release: %s", async (name) => {
  const lives = await moments(name);

  test("an action is open exactly when somebody with every role would get it", () => {
    for (const memory of lives) {
      for (const { kind, why } of viewOf(memory, "en").actions) {
        const request: Request = {
          id: "r",
          release: memory.release.id,
          atMs: nowOf(memory),
          by: { name: "somebody new", roles },
          kind,
          expectRevision: memory.release.revision,
          reason: "",
          as: null,
        };
        const { facts } = answerRequests(sightOf(memory, request));
        const isAccepted = facts.some((fact) => fact.kind === "accepted");
        expect({ at: memory.release.status.kind, kind, why, isAccepted }).toEqual({
          at: memory.release.status.kind,
          kind,
          why,
          isAccepted: why === null,
        });
      }
    }
  });

  test("says everything in both languages, and nothing raw", () => {
    for (const memory of lives) {
      for (const language of ["en", "fr"] as const) {
        const view = viewOf(memory, language);
        const said = [
          view.sentence,
          ...view.next,
          ...view.story.flatMap((entry) => entry.says),
          ...[...view.gates, ...view.guards].map((check) => check.sentence),
        ];
        expect(said.filter((sentence) => sentence === "" || /undefined|null|NaN|\[object/u.test(sentence))).toEqual([]);
        const widths = drawRelease(view, { columns: 100, color: false, language }).map(widthOf);
        expect(new Set(widths)).toEqual(new Set([100]));
      }
    }
  });

  test("keeps the last verdict of every guard when the release is over and nothing is read any more", () => {
    const memory = lives.at(-1);
    if (memory === undefined) throw new Error("nothing happened");
    const later = buildReleaseView({ ...memory, observation: null }, nowOf(memory) + 3_600_000, "en");
    expect(later.guards.filter(({ kind }) => kind === "no-data")).toEqual([]);
  });

  test("shows the phase that it is in, its gates, and the newest news first", () => {
    for (const memory of lives) {
      const view = viewOf(memory, "en");
      const { status } = memory.release;
      const phase = "phase" in status ? status.phase : null;
      expect(view.gates.map((gate) => gate.id)).toEqual(
        phase === null ? [] : memory.release.plan.phases[phase]?.gates.map((gate) => gate.id),
      );
      expect(view.phases.findIndex((shown) => shown.state === "now")).toBe(phase ?? -1);
      expect(view.story[0]?.revision).toBe(memory.release.revision);
      expect(view.countdown === null).toBe(!(status.kind === "holding" && "breach" in status.why));
    }
  });
});

test("of a release that nobody was exposed to, no check was judged, and no rollback has to be validated", () => {
  const cause = { kind: "person", by: "Ada", reason: "no go" } as const;
  const view = sampleView({ status: { kind: "stopped", cause, canary: "gone", sinceMs: 0 }, wasExposed: false });
  expect(view.guards.map(({ kind }) => kind)).toEqual(view.guards.map(() => "not-yet"));
  expect(view.people.filter(({ state }) => state !== "signed")).toEqual([]);
  expect(view.next.filter((says) => says.includes("validate"))).toEqual([]);
});
