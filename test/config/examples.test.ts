import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parse } from "yaml";
import { planSchema, serverSchema } from "../../src/config/json-schema.ts";
import { readPlan } from "../../src/config/plan-file.ts";
import { readServer } from "../../src/config/server-file.ts";
import { adapters } from "./sound-plan.ts";

const example = (name: string): string => readFileSync(new URL(`../../examples/${name}`, import.meta.url), "utf8");
const planned = (name: string, server: ReturnType<typeof readServer>["server"]) =>
  readPlan(example(`${name}/plan.yaml`), "plan.yaml", { ...adapters, server });

/** Lines that say something: no headings, no fences, nothing empty. */
function contentLines(markdown: string): readonly string[] {
  let isCode = false;
  return markdown.split("\n").flatMap((line) => {
    if (line.startsWith("```")) isCode = !isCode;
    const isHeading = !isCode && line.startsWith("#");
    return line.trim() === "" || isHeading || line.startsWith("```") ? [] : [line.trim()];
  });
}

describe("examples/ecomsimply", () => {
  test("every line of the original document is quoted, as often as it stands there", () => {
    const quoted = [...example("ecomsimply/plan.yaml").matchAll(/^ *# « (.*) »$/gm)].map((match) => match[1]);
    const lines = contentLines(example("ecomsimply/original.md"));
    expect(lines.length).toBeGreaterThan(40);
    expect(quoted.toSorted()).toEqual(lines.toSorted());
  });

  test("each quotation stands above the keys that come from it", () => {
    const lines = example("ecomsimply/plan.yaml").split("\n");
    const isComment = (line: string) => line.trim().startsWith("#") || line.trim() === "";
    const keyBelow = (text: string): string | undefined => {
      const at = lines.findIndex((line) => line.includes(`« ${text} »`));
      return lines.slice(at + 1).find((line) => !isComment(line));
    };
    expect(keyBelow("- Taux d'erreur < 0.5%")).toContain('error-rate: "< 0.5%"');
    expect(keyBelow("- **PriceTruth système indisponible** → Arrêt complet")).toContain("then: halt");
    expect(keyBelow("- **Préférentiel :** Mardi-Jeudi 14h-17h (faible trafic)")).toContain("tue-thu 14:00-17:00");
  });

  test("it is a whole plan; what this build lacks is said once for each adapter", () => {
    const { plan, problems } = planned("ecomsimply", null);
    expect(plan?.guards.map((guard) => [guard.id, guard.reaction.kind])).toEqual([
      ["5xx-rate > 1%", "rollback"],
      ["latency p95 > 2s", "rollback-within"],
      ["conversion < 50% of stable", "investigate"],
      ["trial-activation < 1.5%", "stop"],
      ["dashboard-accessibility < 95", "rollback"],
      ["pricetruth is down", "halt"],
    ]);
    const missing = problems.map((problem) => /no (.*) adapter of kind "(.*)":/.exec(problem.message)?.slice(1).join(" "));
    const named = missing.filter((kind) => kind !== undefined);
    expect(named).toEqual([...new Set(named)]);
    expect(problems.filter((problem) => problem.severity === "error")).toEqual([]);
  });

  test("its own day is found wrong: 2025-08-16 is a Saturday", () => {
    const [first] = planned("ecomsimply", null).problems;
    expect(first?.message).toBe("2025-08-16 is a Saturday, and no release may start on that day (avoided: sat).");
    expect(first?.remedy).toBe("Write plannedFor: 2025-08-19; it may start there from 14:00.");
  });

  test("its server file is read without an error", () => {
    const { server, problems } = readServer(example("ecomsimply/serin.yaml"), "serin.yaml", adapters);
    expect(problems.filter((problem) => problem.severity === "error")).toEqual([]);
    expect(server?.people.map((person) => person.roles)).toEqual([["release-manager"], ["devops-lead"], ["qa-lead"], ["product-owner"]]);
  });
});

describe("examples/laptop", () => {
  const { server, problems: serverProblems } = readServer(example("laptop/serin.yaml"), "serin.yaml", adapters);
  const { plan, problems } = planned("laptop", server);

  test("its server takes it, and says what is legal and probably not meant", () => {
    expect(serverProblems).toEqual([]);
    expect(problems.map(({ severity, code, line }) => `${line} ${severity} ${code}`)).toEqual([
      "65 warning between-lines",
      "66 warning between-lines",
      "73 warning between-lines",
      "90 warning comparison-ends",
      "100 warning window-late-start",
    ]);
  });

  test("it releases as the original does, in its minutes", () => {
    const original = planned("ecomsimply", null).plan;
    const course = (of: typeof plan) =>
      of?.phases.map(({ sharePct, audience, observeMs, extendMs }) => ({ sharePct, audience, observeMs, extendMs }));
    expect(course(plan)).toEqual(course(original));
    expect(plan?.rollback).toEqual(original?.rollback);
    expect(plan?.windows).toEqual(original?.windows);
    expect(plan?.people).toEqual(original?.people);
    const reactions = (of: typeof plan) => of?.guards.map(({ id, reaction }) => ({ id, reaction })) ?? [];
    const added = reactions(plan).filter(({ id }) => id === "browser-errors > 2%");
    expect([...reactions(original), ...added]).toEqual(expect.arrayContaining(reactions(plan)));
  });

  test("people are the unit of its goals, requests of everything else that is counted", () => {
    const units = Object.values(plan?.metrics ?? {}).map((metric) => [metric.name, metric.unit]);
    expect(units.filter(([, unit]) => unit === "person")).toEqual([
      ["trial-activation", "person"],
      ["conversion", "person"],
      ["browser-errors", "person"],
    ]);
  });
});

describe("examples/command", () => {
  const { server, problems: serverProblems } = readServer(example("command/serin.yaml"), "serin.yaml", adapters);

  test("what its connection declares is what lint doubts", () => {
    expect(serverProblems).toEqual([]);
    const { plan, problems } = planned("command", server);
    expect(plan?.phases.map(({ sharePct }) => sharePct)).toEqual([10, 100]);
    expect(problems.filter(({ code }) => code.startsWith("router-")).map(({ code }) => code)).toEqual(["router-lease", "router-sticky"]);
    expect(planned("command", null).problems.filter(({ code }) => code.startsWith("router-"))).toEqual([]);
  });

  test.each([
    ["an audience", "audience: everyone", "audience: new-logins", "cannot draw new-logins"],
    ["a finer share", "share: 10%", "share: 0.5%", "has steps of 1%"],
  ])("%s that it does not declare is refused", (_what, from, to, says) => {
    const text = example("command/plan.yaml").replace(from, to).replace("routes:", 'login: "POST /login", routes:');
    const { problems } = readPlan(text, "plan.yaml", { ...adapters, server });
    expect(problems.filter(({ code }) => code === "router-cannot").map(({ message }) => message)).toEqual([expect.stringContaining(says)]);
  });

  test("smoke requests without a program that sends them are refused", () => {
    const without = example("command/serin.yaml").replace(/^ *attempt:.*\n/m, "");
    const { problems } = readPlan(example("command/plan.yaml"), "plan.yaml", {
      ...adapters,
      server: readServer(without, "serin.yaml", adapters).server,
    });
    expect(problems.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "router-cannot: The router command cannot send requests to a mix of versions.",
    ]);
  });
});

describe("examples/gateway-api", () => {
  const { server, problems: serverProblems } = readServer(example("gateway-api/serin.yaml"), "serin.yaml", adapters);

  test("is a plan that its server can carry out, and lint says what a Gateway lacks", () => {
    expect(serverProblems).toEqual([]);
    const { plan, problems } = planned("gateway-api", server);
    expect(plan?.phases.map(({ sharePct, audience }) => `${sharePct} ${audience}`)).toEqual([
      "10 new-logins",
      "50 everyone",
      "100 everyone",
    ]);
    expect(problems.filter(({ code }) => code.startsWith("router-")).map(({ code }) => code)).toEqual(["router-lease"]);
  });
});

describe("examples/nginx", () => {
  const { server, problems: serverProblems } = readServer(example("nginx/serin.yaml"), "serin.yaml", adapters);
  const { plan, problems } = planned("nginx", server);

  test("its server takes it, and says what is legal and probably not meant", () => {
    expect(serverProblems).toEqual([]);
    expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      "warning between-lines",
      "warning between-lines",
      "warning between-lines",
      "warning comparison-ends",
      "warning window-late-start",
    ]);
  });

  test("it releases as the laptop's does, but for what only the edge counts", () => {
    const laptop = planned("laptop", null).plan;
    expect(plan?.phases).toEqual(laptop?.phases);
    const guards = laptop?.guards.filter(({ id }) => id !== "browser-errors > 2%").map(({ id, reaction }) => ({ id, reaction }));
    expect(plan?.guards.map(({ id, reaction }) => ({ id, reaction }))).toEqual(guards);
    expect(Object.values(plan?.metrics ?? {}).filter(({ source }) => source === "edge")).toEqual([]);
  });
});

test.each(["ecomsimply", "kubernetes", "laptop", "nginx", "command", "gateway-api"])("the JSON Schemas accept examples/%s", (name) => {
  for (const [file, schema] of [
    ["plan", planSchema(adapters)],
    ["serin", serverSchema(adapters)],
  ] as const) {
    const validator = z.fromJSONSchema(structuredClone(schema));
    expect(validator.safeParse(parse(example(`${name}/${file}.yaml`))).error).toBeUndefined();
  }
});

describe("examples/kubernetes", () => {
  const { server, problems: serverProblems } = readServer(example("kubernetes/serin.yaml"), "serin.yaml", adapters);
  const { plan, problems } = planned("kubernetes", server);

  test("its server takes it, and it is the original's two Deployments", () => {
    expect([...serverProblems, ...problems].filter(({ severity }) => severity === "error")).toEqual([]);
    const original = planned("ecomsimply", null).plan;
    const placesOf = (of: typeof plan) =>
      of?.services.map(({ workload: { kind, options } }) => [kind, options["namespace"], options["deployment"], options["container"]]);
    expect(placesOf(plan)).toEqual(placesOf(original));
    expect(plan?.rollback).toEqual(original?.rollback);
  });
});
