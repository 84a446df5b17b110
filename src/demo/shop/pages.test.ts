import { expect, test } from "vitest";
import { inspect } from "../../adapters/metrics/axe/inspect.ts";
import { errorsOf } from "../browser.ts";
import { fairWeather } from "../weather.ts";
import { mischiefOf } from "./fault.ts";
import type { Fault } from "./fault.ts";
import { dashboardPage, homePage } from "./pages.ts";
import type { Visit } from "./serve.ts";

const url = "http://127.0.0.1:4101/dashboard";

function visit(faults: readonly Fault[]): Visit & { readonly marked: readonly string[] } {
  const marked: string[] = [];
  const mischief = mischiefOf(faults, "frontend");
  return { version: "2", session: "s1", weather: fairWeather, mischief, header: () => null, fault: (name) => marked.push(name), marked };
}

test("every page of a healthy version is accessible, shows something and throws nothing", async () => {
  for (const html of [homePage(visit([]), "/assets/app.js"), dashboardPage(visit([]), "/assets/app.js")]) {
    expect(await inspect({ html, url })).toEqual({ kind: "scored", score: 100, findings: [] });
    expect(errorsOf(html)).toEqual([]);
  }
});

test("the dashboard without labels, texts for pictures and contrast is far from 95 points, and says so", async () => {
  const met = visit([{ kind: "unlabelled", fromPhase: 0 }]);
  const seen = await inspect({ html: dashboardPage(met, "/assets/app.js"), url });
  expect(seen.kind === "scored" && seen.score).toBeLessThan(90);
  expect(seen.kind === "scored" && seen.findings.length).toBeGreaterThanOrEqual(3);
  expect(met.marked).toEqual(["unlabelled"]);
  expect(errorsOf(homePage(met, "/assets/app.js"))).toEqual([]);
});

test("a page that throws before its first paint is blank", () => {
  const met = visit([{ kind: "blank-page", fromPhase: 0 }]);
  expect(errorsOf(homePage(met, "/assets/app.js"))).toEqual(["uncaught", "blank"]);
  expect(met.marked).toEqual(["blank-page"]);
});
