import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { Meters } from "../src/http/meters.ts";
import { queriesOfDashboard, readDashboard } from "./monitoring-files.ts";
import { textOf } from "./tree.ts";

/** Every name that the server's metrics page has, whether or not there is a series of it. */
async function namesOfServer(): Promise<ReadonlySet<string>> {
  const page = await new Meters("1").page({ releases: [], nowMs: 0, isTroubled: false, freezes: [], outbox: new Map() });
  return new Set(
    [...page.matchAll(/^# TYPE (\S+) (\w+)$/gm)].flatMap(([, name = "", type]) =>
      type === "histogram" ? ["_bucket", "_count", "_sum"].map((part) => name + part) : [name],
    ),
  );
}

const serinNames = (text: string): readonly string[] => [...new Set(text.match(/\bserin_(?!arm\b)\w+/g))];

describe("the dashboard", () => {
  const { panels, templating, uid, tags } = readDashboard();

  test("has panels of their own place and number, each with a title, a description and one data source that can be chosen", () => {
    expect([uid, tags]).toEqual(["serin-releases", ["serin"]]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)}:${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
    const drawn = panels.filter(({ type }) => type !== "row");
    expect(drawn.filter(({ description, targets = [] }) => description === undefined || targets.length === 0)).toEqual([]);
    const sources = drawn.flatMap(({ datasource, targets = [] }) => [datasource, ...targets.map((one) => one.datasource)]);
    expect(new Set(sources.map((source) => source?.uid))).toEqual(new Set(["${datasource}"]));
  });

  test("shows what the team looks at: CPU, memory, response times and errors per arm; share, gates, evidence", () => {
    const titles = panels.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining([
        "CPU",
        "Memory",
        "Response times",
        "Error rate (5xx)",
        "Share of people on the new version",
        "Verdicts now",
        "Evidence of harm",
      ]),
    );
    expect(templating.list.map(({ name }) => name)).toEqual(["datasource", "environment", "release", "service", "arm"]);
  });

  test("asks for no variable that it does not have", () => {
    const known = new Set([...templating.list.map(({ name }) => name), "__rate_interval"]);
    const asked = queriesOfDashboard().flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)].map(([, name = ""]) => name));
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  });
});

test("dashboard and alerts ask for nothing that the server does not show", async () => {
  const known = await namesOfServer();
  const asked = [...queriesOfDashboard().map(({ expr }) => expr), textOf("deploy/prometheus/serin-alerts.yaml")].flatMap(serinNames);
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});

test("what the server shows of itself stands in the docs, and each alert with what to do", async () => {
  const page = textOf("docs/monitoring.md");
  const bare = new Set(
    [...(await namesOfServer())].map((name) => name.replace(/_(?:bucket|count|sum)$/, "")).filter((name) => name.startsWith("serin_")),
  );
  expect([...bare].filter((name) => !page.includes(name))).toEqual([]);
  const rules = parse(textOf("deploy/prometheus/serin-alerts.yaml")) as {
    readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
  };
  const alerts = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));
  expect(alerts.filter((alert) => !page.includes(`\`${alert}\``))).toEqual([]);
});
