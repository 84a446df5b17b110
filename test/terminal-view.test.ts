import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { drawRelease } from "../src/cli/view/draw-release.ts";
import { createLiveView, mayColor } from "../src/cli/view/live.ts";
import { sayNews } from "../src/cli/view/say-news.ts";
import { widthOf } from "../src/cli/view/span.ts";
import type { Language } from "../src/core/plan.ts";
import type { Breach, Cause, Status } from "../src/core/status.ts";
import { sampleNowMs as nowMs, sampleVerdicts, sampleView } from "./sample-view.ts";
import type { Sample } from "./sample-view.ts";

const breach: Breach = { check: "latency p95 > 2s", atMs: nowMs - 60_000, reaction: { kind: "rollback-within", withinMs: 300_000 } };
const cause: Cause = { kind: "breach", breach };
const harm = {
  ...sampleVerdicts,
  "latency p95 > 2s": {
    ...sampleVerdicts["1.error-rate"],
    kind: "fail",
    estimate: 0.22,
    interval: { low: 0.16, high: 0.29 },
    because: { kind: "proven-bad" },
  },
} as Sample["verdicts"];

const moments: Readonly<Record<string, Sample>> = {
  observing: {},
  waiting: { status: { kind: "waiting", sinceMs: nowMs, for: [{ kind: "window" }, { kind: "sign-off", roles: ["qa-lead"] }] } },
  preparing: { status: { kind: "preparing", sinceMs: nowMs } },
  countdown: {
    status: {
      kind: "holding",
      phase: 0,
      sinceMs: nowMs,
      why: { kind: "countdown", breach, commitByMs: nowMs + 192_000, doneByMs: nowMs + 240_000 },
    },
    ...(harm === undefined ? {} : { verdicts: harm }),
  },
  "last phase": { status: { kind: "observing", phase: 2, sinceMs: nowMs } },
  promoted: { status: { kind: "promoted", sinceMs: nowMs, previous: "kept" } },
  "rolled back": { status: { kind: "rolled-back", sinceMs: nowMs, cause }, ...(harm === undefined ? {} : { verdicts: harm }) },
};

const screen = (sample: Sample, columns: number, language: Language, color = false): string[] =>
  drawRelease(sampleView({ ...sample, language }), { columns, color, language });

/** As on a terminal of so many rows, of which the last is the cursor's. */
const lowScreen = (sample: Sample, rows: number, language: Language): string[] =>
  drawRelease(sampleView({ ...sample, language }), { columns: 79, rows: rows - 1, color: false, language });

describe("the terminal view", () => {
  test.each([
    ["en", 80],
    ["en", 101],
    ["fr", 120],
  ] as const)("golden: every moment in %s, %d columns", async (language, columns) => {
    const drawn = Object.entries(moments).map(([name, sample]) => [`# ${name}`, ...screen(sample, columns, language), ""].join("\n"));
    await expect(drawn.join("\n")).toMatchFileSnapshot(`golden/terminal.${language}.${columns}.txt`);
  });

  test.each(["en", "fr"] as const)("golden: every moment in %s on a terminal of 80 columns and 24 rows", async (language) => {
    const drawn = Object.entries(moments).map(([name, sample]) => [`# ${name}`, ...lowScreen(sample, 24, language), ""].join("\n"));
    await expect(drawn.join("\n")).toMatchFileSnapshot(`golden/terminal.${language}.80x24.txt`);
  });

  test.each(Object.entries(moments))("24 rows show all that counts: %s", (_name, sample) => {
    const view = sampleView(sample);
    const drawn = lowScreen(sample, 24, "en");
    const text = drawn.join("\n");
    expect(drawn.length).toBeLessThanOrEqual(23);
    expect(drawn.at(-1)).toMatch(/^└─+┘$/);
    const actions = view.actions.filter(({ why }) => why === null).map(({ label }) => `[ ${label} ]`);
    const asked = view.people.filter(({ state }) => state === "asked").map(({ title, says }) => `${title} ${says}`);
    const wrong = [...view.gates, ...view.guards].filter(({ kind }) => kind === "fail" || kind === "no-data" || kind === "invalid");
    const all = [...actions, ...asked, ...wrong.map(({ word }) => word), "│  14:23 “error-rate < 0.5%” passes"];
    expect(all.filter((words) => !text.includes(words))).toEqual([]);
  });

  test("a high terminal shows what one without an end does", () => {
    const drawing = { columns: 100, color: false, language: "en" } as const;
    expect(drawRelease(sampleView(), { ...drawing, rows: 60 })).toEqual(drawRelease(sampleView(), drawing));
  });

  test("people per arm stay together, and whole", () => {
    const view = sampleView();
    const many = { ...view, traffic: { ...view.traffic, people: { canary: 1_234_567, stable: 11_111_111 } } };
    for (let columns = 80; columns <= 140; columns += 1) {
      const text = drawRelease(many, { columns, color: false, language: "en" }).join("\n");
      expect(text).toContain("canary 1,234,567   stable 11,111,111");
    }
  });

  test.each([0, 79, 80, 97, 140, 500])("every line is as wide as the drawing: %d columns", (columns) => {
    const widths = Object.values(moments).flatMap((sample) => screen(sample, columns, "fr").map(widthOf));
    expect(new Set(widths)).toEqual(new Set([Math.min(140, Math.max(80, columns))]));
  });

  test("colours only repeat what the words say", () => {
    for (const sample of Object.values(moments)) {
      const plain = screen(sample, 100, "en").join("\n");
      const painted = screen(sample, 100, "en", true).join("\n");
      expect(stripVTControlCharacters(painted)).toBe(plain);
      expect(painted).not.toBe(plain);
    }
  });

  test("a name with control characters stays on its line", () => {
    const view = sampleView({});
    const lines = drawRelease({ ...view, name: "a\nb\u001b[2J" }, { columns: 100, color: true, language: "en" });
    expect(lines[0]).toContain("a\\u{a}b\\u{1b}[2J");
  });
});

describe("plain lines", () => {
  test("tell everything once, oldest first", () => {
    const view = sampleView();
    const whole = sayNews(null, view);
    expect(whole[0]).toContain("ecomsimply");
    expect(whole[1]).toMatch(/^\d\d:\d\d:\d\d {2}Created by Ada: “planned”$/u);
    expect(whole).toHaveLength(1 + view.story.flatMap((entry) => entry.says).length);
    expect(sayNews(view, view)).toEqual([]);
  });

  test("tell only what is new", () => {
    const view = sampleView();
    const before = { ...view, revision: view.revision - 1 };
    expect(sayNews(before, view)).toEqual([`14:23:08  ${view.story[0]?.says[0]}`]);
  });
});

describe("the live view", () => {
  test("writes plain lines where nobody looks, and nothing twice", () => {
    const pipe = new PassThrough();
    const live = createLiveView(pipe, {});
    live.show(sampleView());
    live.show(sampleView());
    live.done();
    expect(String(pipe.read()).trimEnd().split("\n")).toEqual(sayNews(null, sampleView()));
  });

  test("redraws in place on a terminal, and leaves the last state standing", () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 101, rows: 60 });
    const live = createLiveView(terminal, { NO_COLOR: "1" });
    const status: Status = { kind: "promoted", sinceMs: nowMs, previous: "gone" };
    live.show(sampleView());
    live.show(sampleView({ status }));
    live.done();
    const written = String(terminal.read());
    expect(written).toContain("Observing 10");
    expect(written).toContain("Promoted: everybody has the new version");
    expect(written).not.toContain("\u001b[34m");
  });

  test("shows what is wrong before what is not on a terminal that is lower still", () => {
    const { countdown } = moments;
    const drawn = lowScreen(countdown ?? {}, 19, "en").join("\n");
    expect(drawn).toMatch(
      /rolling back in 3\smin[^]*latency p95 > 2s +─+┊─+▸ 22\s% +breached[^]*QA lead to sign before 50\s%[^]*\[ Roll back… \]/,
    );
    expect(drawn.split("\n").length).toBeLessThanOrEqual(18);
  });

  test("says it in sentences where the drawing has no room, also once the window is made smaller", () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 101, rows: 40 });
    const live = createLiveView(terminal, {});
    live.show(sampleView());
    expect(String(terminal.read())).toContain("┌");
    terminal.columns = 52;
    live.show(sampleView(moments["countdown"]));
    const written = stripVTControlCharacters(String(terminal.read()));
    expect(written).not.toContain("┌");
    expect(written).toContain("latency p95 > 2s: breached");
    expect(Math.max(...written.split("\n").map(widthOf))).toBeLessThanOrEqual(52);
  });

  test("keeps what matters on a low terminal", () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 101, rows: 12 });
    createLiveView(terminal, {}).show(sampleView());
    const written = String(terminal.read());
    expect(written).toContain("Observing 10");
    expect(written.split("\n").length).toBeLessThanOrEqual(12);
  });

  test("uses colours on a terminal that may have them", () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    expect([
      mayColor(terminal, {}),
      mayColor(terminal, { NO_COLOR: "" }),
      mayColor(terminal, { NO_COLOR: "0" }),
      mayColor(terminal, { TERM: "dumb" }),
      mayColor(new PassThrough(), {}),
    ]).toEqual([true, true, false, false, false]);
  });
});
