import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inspect } from "./inspect.ts";
import type { Inspected } from "./inspect.ts";

const dashboard = readFileSync(new URL("../../../../test/fixtures/dashboard.html", import.meta.url), "utf8");
const url = "http://127.0.0.1:4101/dashboard";

/** The dashboard with every `from` replaced; each must be there. */
function without(...changes: readonly (readonly [from: RegExp, to: string])[]): string {
  return changes.reduce((html, [from, to]) => {
    const changed = html.replaceAll(from, to);
    if (changed === html) throw new Error(`the dashboard has no ${from.source}`);
    return changed;
  }, dashboard);
}

const labels = [/<label for="\w+">(\w+)<\/label>/g, "$1"] as const;
const selectLabel = [/<label\s*>(\s*Show[\s\S]*?)<\/label\s*>/g, "$1"] as const;
const alt = [/ alt="Orders"/g, ""] as const;
const lang = [/ lang="en"/g, ""] as const;
const buttonName = [/>Show<\/button>/g, "></button>"] as const;
const title = [/<title>.*<\/title>/g, ""] as const;
const contrast = [/#595959/g, "#bbb"] as const;

const scored = (inspected: Inspected) => {
  if (inspected.kind !== "scored") throw new Error(JSON.stringify(inspected));
  return inspected;
};
const rules = (inspected: Inspected) => scored(inspected).findings.map(({ rule, places }) => `${places} ${rule}`);

describe("a page", () => {
  test("with nothing wrong scores 100", async () => {
    expect(await inspect({ html: dashboard, url })).toEqual({ kind: "scored", score: 100, findings: [] });
  });

  test.each<[string, string, readonly string[]]>([
    ["loses its labels", without(labels), ["2 label"]],
    ["loses the label of a list", without(selectLabel), ["1 select-name"]],
    ["loses the name of a button", without(buttonName), ["1 button-name"]],
    ["loses a picture's text, and with it a link's name", without(alt), ["1 image-alt", "1 link-name"]],
    ["loses its language", without(lang), ["1 html-has-lang"]],
    ["loses its title", without(title), ["1 document-title"]],
    ["loses its contrast", without(contrast), ["1 color-contrast"]],
    ["loses its main part", without([/<(\/?)main>/g, "<$1div>"]), ["1 landmark-one-main"]],
    ["skips a heading", without([/h2>/g, "h4>"]), ["1 heading-order"]],
  ])("that %s is told so, and scores less", async (_says, html, expected) => {
    const inspected = await inspect({ html, url });
    expect(rules(inspected)).toEqual(expected);
    expect(scored(inspected).score).toBeLessThan(100);
  });

  test("that loses its labels and its contrast is under 95, and what weighs most is told first", async () => {
    const inspected = await inspect({ html: without(labels, contrast), url });
    expect(rules(inspected)).toEqual(["2 label", "1 color-contrast"]);
    expect(scored(inspected).score).toBeLessThan(95);
  });

  // What Lighthouse 13.5.0 in Chromium 156 says of the same pages; what only it can judge, the size of targets, makes the difference.
  test.each<[string, string, number]>([
    ["the dashboard", dashboard, 100],
    ["without labels", without(labels), 94],
    ["without labels and contrast", without(labels, contrast), 90],
    ["without a picture's text", without(alt), 90],
    ["without anything", without(labels, selectLabel, alt, lang, buttonName, title), 63],
    ["a small page with a field", '<!doctype html><html lang="en"><title>t</title><main><h1>Words</h1><input></main>', 84],
  ])("scores within 3 points of Lighthouse: %s", async (_says, html, atLighthouse) => {
    expect(Math.abs(scored(await inspect({ html, url })).score - atLighthouse)).toBeLessThanOrEqual(3);
  });

  test("of the same bytes has the same score", async () => {
    const html = without(labels);
    expect(await inspect({ html, url })).toEqual(await inspect({ html, url }));
  });
});

describe("a stranger's page", () => {
  test("runs no script of its own, and loads nothing", async () => {
    const html = without(
      [/<main>/g, `<main><img alt="x" src="http://127.0.0.1:1/x.png" onerror="document.documentElement.lang = ''">`],
      [/<h1>/g, `<script>document.documentElement.removeAttribute("lang"); document.title = ""; throw 1;</script><h1>`],
    );
    expect(rules(await inspect({ html, url }))).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["a shell without scripts", '<!doctype html><div id="root"></div><script>draw()</script>', "shows nothing until its scripts run"],
    ["nothing at all", "", "shows nothing until its scripts run"],
    ["only words for browsers without scripts", "<body><noscript>Switch scripts on</noscript>", "shows nothing until its scripts run"],
    ["too many elements", `<main>${"<p>x".repeat(20_001)}</main>`, "elements, more than 20000"],
    ["elements nested without end", `${"<div>".repeat(600)}x`, "nests elements more than 512 deep"],
  ])("is no score: %s", async (_says, html, why) => {
    expect(await inspect({ html, url })).toMatchObject({ kind: "unreadable", why: expect.stringContaining(why) });
  });

  test("is not judged by what only browsers without scripts see", async () => {
    const html = without([/<\/main>/g, '</main><noscript><img src="/count.gif"></noscript>']);
    expect(rules(await inspect({ html, url }))).toEqual([]);
  });
});

describe("style sheets of a page", () => {
  const linked = without([/<style>[\s\S]*<\/style>/g, '<link rel="stylesheet" href="/assets/app.css" media="screen">']);
  const address = "http://127.0.0.1:4101/assets/app.css";
  const sheets = (text: string | null) => ({ html: linked, url, sheets: { [address]: text } });

  test("are asked for", async () => {
    expect(await inspect({ html: linked, url })).toEqual({ kind: "needs", sheets: [address] });
  });

  test("decide what is seen", async () => {
    expect(rules(await inspect(sheets(".muted { color: #bbb }")))).toEqual(["1 color-contrast"]);
    expect(rules(await inspect(sheets(".muted { color: #bbb; display: none }")))).toEqual([]);
    const unlabelled = { ...sheets("#from { display: none }"), html: linked.replace('<label for="from">From</label>', "") };
    expect(rules(await inspect(unlabelled))).toEqual([]);
    expect(rules(await inspect({ ...unlabelled, sheets: { [address]: "" } }))).toEqual(["1 label"]);
  });

  test.each<[string, string | null]>([
    ["is missing", null],
    ["takes in another", '@import "more.css"; .muted { color: #bbb }'],
  ])("leave contrast open when one %s", async (_says, text) => {
    const page = sheets(text);
    expect(rules(await inspect({ ...page, html: page.html.replace('class="muted"', 'style="color: #bbb"') }))).toEqual([]);
  });
});
