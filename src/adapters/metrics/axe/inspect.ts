import axe from "axe-core";
import { JSDOM, VirtualConsole } from "jsdom";
import { accessibilityScore, rulesWithoutLayout, weightOf } from "./accessibility-score.ts";
import { hasText, judgeContrast } from "./contrast.ts";
import type { Contrast } from "./contrast.ts";
import type { AxeResults, PageDocument, PageElement, PageWindow } from "./dom.ts";

/** A page as its server sends it. */
export interface Page {
  readonly html: string;
  /** Where it was read, in full. */
  readonly url: string;
  /** The style sheets that it names, by address in full; `null`: that one could not be had. Absent: nobody has asked for them yet. */
  readonly sheets?: Readonly<Record<string, string | null>>;
}

/** What was found in a page. */
export type Inspected =
  /** It names style sheets that decide what is seen of it: ask again with them. */
  | { readonly kind: "needs"; readonly sheets: readonly string[] }
  | { readonly kind: "scored"; readonly score: number; readonly findings: readonly RuleBroken[] }
  /** No score can be told of it. */
  | { readonly kind: "unreadable"; readonly why: string };

/** A rule that the page breaks, in how many places; `rule` is axe's name of it. */
export interface RuleBroken {
  readonly rule: string;
  readonly places: number;
}

/** A page with more elements takes longer than anybody waits. */
const mostElements = 20_000;
/** Browsers nest no deeper. Source: https://chromium.googlesource.com/chromium/src (kMaximumHTMLParserDOMTreeDepth) */
const deepest = 512;
const mostSheets = 20;

/**
 * Scores a page as Lighthouse would, as far as that is possible without a browser: axe's rules in jsdom, no script of the page run, nothing
 * loaded, Lighthouse's weights. Contrast is judged only where the page's own styles leave no doubt (`contrast.ts`); what needs to know where
 * things are drawn is left out. It takes the processor for tenths of a second and more, and a hostile page for ever: it belongs in a thread that
 * can be ended. Never throws.
 */
export async function inspect(page: Page): Promise<Inspected> {
  try {
    const { window } = new JSDOM(page.html, { url: page.url, runScripts: "outside-only", virtualConsole: new VirtualConsole() });
    const inspected = await inspectWindow(window, page);
    window.close();
    return inspected;
  } catch (cause) {
    // What axe throws belongs to the page's own world, and is no Error of this one.
    const [because] = String((cause as { readonly message?: unknown }).message ?? cause).split("\n", 1);
    return { kind: "unreadable", why: `it cannot be looked at: ${because}` };
  }
}

async function inspectWindow(window: PageWindow, page: Page): Promise<Inspected> {
  const { document } = window;
  const links = styleSheets(document);
  if (page.sheets === undefined && links.length > 0) return { kind: "needs", sheets: links.map(({ href }) => href).slice(0, mostSheets) };
  const excess = excessOf(document);
  if (excess !== null) return { kind: "unreadable", why: excess };
  // A browser with scripts does not show what is for browsers without.
  for (const element of document.querySelectorAll("noscript")) element.remove();
  if (!showsSomething(document)) return { kind: "unreadable", why: "it shows nothing until its scripts run, and they are not run here" };
  const isStyled = putSheets(document, links, page.sheets ?? {});
  return score(await runAxe(window), isStyled ? judgeContrast(window) : { judged: 0, failed: 0 });
}

function excessOf(document: PageDocument): string | null {
  const depths = new Map<PageElement | null, number>();
  for (const element of document.querySelectorAll("*")) {
    const depth = (depths.get(element.parentElement) ?? 0) + 1;
    if (depth > deepest) return `it nests elements more than ${deepest} deep`;
    depths.set(element, depth);
  }
  return depths.size > mostElements ? `it has ${depths.size} elements, more than ${mostElements}` : null;
}

interface StyleSheet {
  readonly link: PageElement;
  readonly href: string;
}

function styleSheets(document: PageDocument): readonly StyleSheet[] {
  return [...document.querySelectorAll('link[rel~="stylesheet" i][href]:not([rel~="alternate" i], [disabled])')].map((link) => ({
    link,
    href: link.href ?? "",
  }));
}

/** Puts each sheet in the place of its link. False when styles are missing, so that nobody can say how the page looks. */
function putSheets(document: PageDocument, links: readonly StyleSheet[], sheets: NonNullable<Page["sheets"]>): boolean {
  for (const { link, href } of links) {
    const text = sheets[href] ?? null;
    if (text === null) continue;
    const style = document.createElement("style");
    style.setAttribute("media", link.getAttribute("media") ?? "");
    style.append(text);
    link.replaceWith(style);
  }
  const isWhole = styleSheets(document).length === 0;
  return isWhole && [...document.querySelectorAll("style")].every(({ textContent }) => !/@import\b/i.test(textContent));
}

/** False for the empty shell that a script would fill. */
function showsSomething(document: PageDocument): boolean {
  const drawn = "img, svg, video, canvas, iframe, object, embed, input, select, textarea, button";
  const texts = document.querySelectorAll("body, body *:not(script, style)");
  return document.querySelectorAll(`body :is(${drawn})`).length > 0 || [...texts].some(hasText);
}

async function runAxe(window: PageWindow): Promise<AxeResults> {
  const { document } = window;
  // Nothing is drawn, so nothing is at any point: axe asks, to find out whether a dialog covers the page.
  document.elementFromPoint = () => null;
  document.elementsFromPoint = () => [];
  window.eval(axe.source);
  return window.axe.run(document, {
    runOnly: { type: "rule", values: rulesWithoutLayout },
    resultTypes: ["violations"],
    iframes: false,
    preload: false,
    selectors: false,
  });
}

/** As Lighthouse does: what axe cannot decide has not failed, and what does not apply is no audit. */
function score(results: AxeResults, contrast: Contrast): Inspected {
  const failed = results.violations.map(({ id, nodes }): RuleBroken => ({ rule: id, places: nodes.length }));
  const passed = [...results.passes, ...results.incomplete].filter(({ id, error }) => !error && !failed.some(({ rule }) => rule === id));
  const passedRules = passed.map(({ id }) => id);
  if (contrast.failed > 0) failed.push({ rule: "color-contrast", places: contrast.failed });
  else if (contrast.judged > 0) passedRules.push("color-contrast");
  const points = accessibilityScore({ passed: [...new Set(passedRules)], failed: failed.map(({ rule }) => rule) });
  if (points === null) return { kind: "unreadable", why: "no rule applies to it" };
  return { kind: "scored", score: points, findings: failed.toSorted((a, b) => weightOf(b.rule) - weightOf(a.rule) || b.places - a.places) };
}
