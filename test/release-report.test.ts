import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { buildReport } from "../src/core/report/build-report.ts";
import { reportChecks } from "../src/core/report/check-reports.ts";
import type { ReleaseReport } from "../src/core/report/release-report.ts";
import { reportHtml } from "../src/core/report/report-html.ts";
import { reportMarkdown } from "../src/core/report/report-markdown.ts";
import { reportPolicy, reportStyle } from "../src/core/report/report-style.ts";
import { writeReport } from "../src/core/report/write-report.ts";
import { toEnd } from "../src/core/slices.ts";
import type { Language, Plan } from "../src/core/plan.ts";
import { recall, verify } from "../src/engine/replay.ts";
import { simulate } from "../src/sim/simulate.ts";
import type { Story } from "../src/sim/simulate.ts";
import { readingsOf } from "./fixtures/tape.ts";
import { ecomsimplyBase, ecomsimplyPlan } from "./ecomsimply-stories.ts";

const minuteMs = 60_000;
/** The whole plan, read once a minute. */
const base = { ...ecomsimplyBase, plan: { ...ecomsimplyPlan, scrapeMs: minuteMs } };
const serverErrors = {
  of: "5xx-rate",
  arm: "canary",
  value: 0.05,
  fromMs: 10 * minuteMs,
  untilMs: Number.POSITIVE_INFINITY,
  fromSharePct: 0,
} as const;

const handOrders = [
  { atMs: 19 * minuteMs, kind: "report" },
  { atMs: 20 * minuteMs, kind: "rollback" },
] as const;

const promoted = await simulate(base);
const rolledBack = await simulate({ ...base, episodes: [serverErrors] });
const byHand = await simulate({ ...base, orders: handOrders, untilMs: 40 * minuteMs });

async function reportOf({ stored, told }: Pick<Story, "stored" | "told">, language: Language): Promise<ReleaseReport> {
  const { release, book, entries, lastRow } = recall(stored);
  const seen = { release, book, entries, observation: lastRow?.observation ?? null };
  const nowMs = lastRow?.observation.nowMs ?? 0;
  const rows = stored.rows.length;
  const journal = entries.map(({ entry }) => entry);
  const readings = async (quantities: readonly string[]) => readingsOf(stored, quantities);
  const evidence = { plan: release.plan, rows, readings, turn: async () => undefined };
  const read = await reportChecks(evidence, { entries: journal, nowMs, language });
  return toEnd(buildReport({ seen, rows, read, told, verified: verify(stored), nowMs, language }));
}

const stories = { promoted, "rolled back": rolledBack } as const;
const reports = await Promise.all(
  (["fr", "en"] as const).flatMap((language) =>
    Object.entries(stories).map(async ([name, story]) => [name, language, await reportOf(story, language)] as const),
  ),
);

function made(name: keyof typeof stories, language: Language): ReleaseReport {
  const found = reports.find(([of, spoken]) => of === name && spoken === language)?.[2];
  if (found === undefined) throw new Error(`no report of ${name} in ${language}`);
  return found;
}

describe("golden", () => {
  test.each(reports)("%s, %s", async (name, language, report) => {
    await expect(toEnd(reportMarkdown(report))).toMatchFileSnapshot(`golden/report.${name.replaceAll(" ", "-")}.${language}.md`);
  });
});

test.each(reports)("a report has every entry, sign-off, phase, check and notice of the release: %s, %s", (name, _, report) => {
  const { stored, told: notices } = stories[name as keyof typeof stories];
  const facts = stored.entries.flatMap(({ entry }) => entry.decision.facts);
  expect(report.timeline.map(({ revision }) => revision)).toEqual(stored.entries.map(({ entry }) => entry.revision));
  expect(report.timeline.every(({ says }) => says.length > 0 && says.every((one) => one !== ""))).toBe(true);
  expect(report.signOffs.map(({ by }) => by)).toEqual(facts.flatMap((fact) => (fact.kind === "signed" ? [fact.signOff.by] : [])));
  expect(report.requests).toHaveLength(facts.filter(({ kind }) => kind === "accepted" || kind === "refused").length);
  expect(report.checks).toHaveLength(ecomsimplyPlan.phases.flatMap(({ gates }) => gates).length + ecomsimplyPlan.guards.length);
  expect(report.notices).toHaveLength(notices.length);
  expect(notices.length).toBeGreaterThan(3);
  expect(report.stages.reduce((sum, { tookMs }) => sum + tookMs, 0)).toBe((report.endedMs ?? 0) - report.createdMs);
  expect(report.proof).toMatchObject({ isVerified: true, planHash: stored.head.planHash, journalHash: stored.entries.at(-1)?.hash });
  expect(report.summary).toHaveLength(3);
});

test("a rollback by itself met its two minutes, and the line that would not have caught it is told", () => {
  const report = made("rolled back", "en");
  expect(report.wayBack).toMatchObject({ kind: "automatic", isMet: true, withinMs: 120_000 });
  expect(report.summary[0]).toMatch(
    /was rolled back in “production” on Tue 19 Aug 2025 14:1\d \(Europe\/Paris\), .+ after Bruno created it: “5xx-rate > 1%” was breached\.$/u,
  );
  const guard = report.checks.find(({ history }) => history.check === "5xx-rate > 1%");
  expect(guard?.did).toMatch(/^was breached at 14:1\d$/u);
  expect(guard?.otherLines.map(({ failed }) => failed)[0]).toBe(true);
  expect(guard?.failsFrom).toMatch(/^at any line below [1-5](?:\.\d+)?\u00a0%$/u);
  expect(report.checks.filter(({ isAsked }) => !isAsked).map(({ phase }) => phase)).toContain("100\u00a0%");
});

test("the line that is named fails, and one a little looser does not", () => {
  const score = made("promoted", "en").checks.find(({ history }) => history.check === "3.lighthouse-performance");
  // Every run had 93.
  expect(score?.failsFrom).toMatch(/^at any line above 93(?:\.[01])?$/u);
  expect(score?.otherLines).toMatchObject([
    { line: "95", failed: true },
    { line: "80", failed: false },
  ]);
});

test("a rollback by hand is measured against the minutes of a rollback by hand", async () => {
  const report = await reportOf(byHand, "fr");
  expect(report.wayBack).toMatchObject({ kind: "manual", withinMs: 300_000, isMet: true });
  const steps = report.wayBack?.steps?.steps ?? [];
  expect(steps.map(({ kind, by }) => [kind, by]).slice(0, 3)).toEqual([
    ["reported", "Aline"],
    ["decided", "Aline"],
    ["executed", null],
  ]);
  expect(toEnd(reportMarkdown(report))).toContain(steps[0]?.label ?? "no step");
});

test("a lost notice, a slow one and one that is still owed are told", async () => {
  const target = { notifier: "slack", to: "#releases" };
  const revision = 1;
  const dueMs = promoted.stored.entries[0]?.entry.atMs ?? 0;
  const report = await reportOf(
    {
      stored: promoted.stored,
      told: [
        { revision, target, deliveredMs: dueMs + 90_000, lostMs: null, why: null },
        { revision, target: { ...target, to: "#all" }, deliveredMs: null, lostMs: dueMs + 1, why: "channel_not_found" },
        { revision, target: { ...target, to: "#ops" }, deliveredMs: null, lostMs: null, why: null },
      ],
    },
    "en",
  );
  const text = toEnd(reportMarkdown(report));
  expect(text).toContain("after 1\u00a0min\u00a030\u00a0s");
  expect(text).toContain(String.raw`**lost: channel\_not\_found**`);
  expect(report.summary[2]).toContain("1 notice was delivered and 1 lost, 1 still wait");
});

test("a journal that was changed is not believed", async () => {
  const [first, ...rest] = promoted.stored.entries;
  if (first === undefined) throw new Error("a promoted release has a journal");
  const entries = [{ ...first, entry: { ...first.entry, atMs: first.entry.atMs + 1 } }, ...rest];
  const report = await reportOf({ ...promoted, stored: { ...promoted.stored, entries } }, "en");
  expect(report.proof).toMatchObject({ isVerified: false, says: "Revision 1: the entry was changed" });
  expect(report.summary[2]).toContain("could NOT be verified");
});

describe("one HTML file", () => {
  test.each(reports)("is whole, has no script and asks nobody for anything: %s, %s", (_, language, report) => {
    const { document, html } = parsed(toEnd(reportHtml(report)));
    expect(document.documentElement.lang).toBe(language);
    expect(document.querySelectorAll("h1")).toHaveLength(1);
    expect(document.querySelectorAll("script, link, img, iframe, object, embed, form, base, a[href]")).toHaveLength(0);
    expect(/ on[a-z]+=|url\((?!#)|@import|javascript:/iu.exec(html)).toBeNull();
    expect(document.querySelectorAll("[style]")).toHaveLength(0);
    expect(document.querySelector("style")?.textContent).toBe(reportStyle);
    expect(document.querySelector("meta[http-equiv]")?.getAttribute("content")).toBe(reportPolicy);
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(document.querySelectorAll("article.check")).toHaveLength(report.checks.length);
    const drawn = report.checks.filter(({ history }) => history.points.length > 0).length;
    const plots = [...document.querySelectorAll("svg.plot")];
    expect(plots).toHaveLength(drawn);
    expect(plots.every((plot) => (plot.getAttribute("aria-label") ?? "").length > 20)).toBe(true);
    expect(/NaN|Infinity|undefined|\[object/u.exec(html)).toBeNull();
    for (const row of document.querySelectorAll("tbody tr")) {
      expect(row.children).toHaveLength(row.closest("table")?.querySelectorAll("th").length ?? 0);
    }
  });

  test("is well-formed: every element that is opened is closed in its order", () => {
    const html = toEnd(reportHtml(made("rolled back", "fr")));
    const empty = new Set(["meta", "rect", "line", "circle", "polyline", "polygon"]);
    const open: string[] = [];
    const wrong: string[] = [];
    for (const [, close, name = "", rest = ""] of html.replace(/<style>[\s\S]*?<\/style>/u, "").matchAll(/<(\/?)([a-z][\w]*)([^>]*)>/giu)) {
      const isClosing = close === "/";
      const opened = isClosing ? open.pop() : name;
      if (opened !== name) wrong.push(`${name} closes ${opened}`);
      if (!isClosing && !empty.has(name) && !rest.endsWith("/")) open.push(name);
    }
    expect(wrong).toEqual([]);
    expect(open).toEqual([]);
  });
});

const hostile = `<img src=x onerror="alert(1)">'"&</title></style><script>alert(2)</script>\u202e|[x](javascript:alert(3))\n# h`;

test("no text that a stranger can set comes alive, in HTML or in Markdown", async () => {
  const { stored } = rolledBack;
  const plan: Plan = {
    ...stored.head.plan,
    title: hostile,
    version: hostile,
    environment: hostile,
    phases: stored.head.plan.phases.map((phase) => ({ ...phase, name: hostile })),
    remarks: {
      ...stored.head.plan.remarks,
      means: Object.fromEntries(Object.keys(stored.head.plan.metrics).map((name) => [name, hostile])),
    },
  };
  const entries = stored.entries.map((link) => ({
    ...link,
    entry: {
      ...link.entry,
      decision: JSON.parse(
        JSON.stringify(link.entry.decision, (key, value: unknown) =>
          key === "by" || key === "reason" || key === "detail" ? hostile : value,
        ),
      ) as typeof link.entry.decision,
    },
  }));
  const head = { ...stored.head, plan, startedBy: hostile, reason: hostile, versions: { [hostile]: { canary: hostile, stable: hostile } } };
  const target = { notifier: hostile, to: hostile };
  const report = await reportOf(
    { stored: { ...stored, head, entries }, told: [{ revision: 1, target, deliveredMs: null, lostMs: 1, why: hostile }] },
    "en",
  );
  const { document, html } = parsed(toEnd(reportHtml(report)));
  expect(document.querySelectorAll("script, img, a")).toHaveLength(0);
  expect(
    [...document.querySelectorAll("*")].flatMap(({ attributes }) => [...attributes].filter(({ name }) => name.startsWith("on"))),
  ).toEqual([]);
  expect(html.includes("\u202e")).toBe(false);
  expect(document.querySelector("h1")?.textContent).toContain('<img src=x onerror="alert(1)">');
  expect(html.split("onerror=").length).toBeGreaterThan(10);
  const markdown = toEnd(reportMarkdown(report));
  expect(/(?<!\\)<(?:img|script)/u.exec(markdown.replaceAll(/`[^`\n]*`/gu, ""))).toBeNull();
  expect(/(?<!\\)\]\(javascript/u.exec(markdown.replaceAll(/`[^`\n]*`/gu, ""))).toBeNull();
  expect(markdown.split("\n").filter((line) => line.startsWith("# ") && !line.startsWith(String.raw`# \<img`))).toEqual([]);
});

test("JSON is the report itself, and however long its journal is others have their turn while it is written", () => {
  const report = made("promoted", "en");
  const long = { ...report, timeline: Array.from({ length: 1_000 }, () => report.timeline).flat() };
  const slicesOf = (of: typeof report): number => {
    let slices = 0;
    for (const writing = writeReport(of, "json"); ; slices += 1) {
      const { done, value } = writing.next();
      if (!done) continue;
      expect(value).toBe(`${JSON.stringify(of, null, 2)}\n`);
      return slices;
    }
  };
  expect(slicesOf(long)).toBeGreaterThanOrEqual(slicesOf(report) + Math.floor(long.timeline.length / 100));
});

/** jsdom without its types: those of the DOM would be known to every other file too. */
interface Node {
  readonly id: string;
  readonly lang: string;
  readonly textContent: string;
  readonly attributes: Iterable<{ readonly name: string }>;
  readonly children: { readonly length: number };
  getAttribute(name: string): string | null;
  closest(selector: string): Node | null;
  querySelector(selector: string): Node | null;
  querySelectorAll(selector: string): Iterable<Node> & { readonly length: number };
}

function parsed(html: string): { readonly html: string; readonly document: Node & { readonly documentElement: Node } } {
  const { JSDOM } = createRequire(import.meta.url)("jsdom") as {
    readonly JSDOM: new (html: string) => { readonly window: { readonly document: Node & { readonly documentElement: Node } } };
  };
  return { html, document: new JSDOM(html).window.document };
}
