import { describe, expect, test } from "vitest";
import { metricSources } from "../src/adapters/metrics/list.ts";
import { notifiers } from "../src/adapters/notices/list.ts";
import { routers } from "../src/adapters/traffic/list.ts";
import { workloads } from "../src/adapters/workloads/list.ts";
import { readPlan } from "../src/config/plan-file.ts";
import { exists, textOf } from "./tree.ts";

const readme = textOf("README.md");
const block = (mark: string): string => new RegExp(`<!-- ${mark} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``, "u").exec(readme)?.[1] ?? "";

/** The lines of an excerpt that do not follow each other in the whole; "…" stands for left-out lines. */
function strangers(excerpt: readonly string[], whole: readonly string[]): readonly string[] {
  let at = 0;
  let maySkip = false;
  return excerpt.filter((line) => {
    if (line === "…") {
      maySkip = true;
      return false;
    }
    const found = maySkip ? whole.indexOf(line, at) : whole[at] === line ? at : -1;
    maySkip = false;
    at = found === -1 ? at : found + 1;
    return found === -1;
  });
}

/** Spaces that do not break a line, made plain. */
const plainSpaces = (line: string): string => line.replaceAll(/[\u00a0\u202f]/gu, " ");

describe("README.md", () => {
  test("tells a timeline that the simulator told, leaving out only what it says that it leaves out", () => {
    const file = /<!-- golden: (\S+) -->/u.exec(readme)?.[1] ?? "none";
    expect(exists(file)).toBe(true);
    const lines = block(`golden: ${file}`).trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(5);
    expect(strangers(lines.map(plainSpaces), textOf(file).split("\n").map(plainSpaces))).toEqual([]);
  });

  test("shows a plan of ten lines that is right", () => {
    const plan = block("plan");
    expect(plan.trimEnd().split("\n")).toHaveLength(10);
    const { problems } = readPlan(plan, "README.md", { sources: metricSources, routers, workloads, notifiers, server: null });
    expect(problems.filter((problem) => problem.severity === "error")).toEqual([]);
  });
});

test("docs/coming-from.md shows a plan that is right", () => {
  const [, plan = ""] = /<!-- plan -->\n```yaml\n([\s\S]*?)```/u.exec(textOf("docs/coming-from.md")) ?? [];
  const { problems } = readPlan(plan, "coming-from.md", { sources: metricSources, routers, workloads, notifiers, server: null });
  expect(plan).toContain("phases:");
  expect(problems.filter((problem) => problem.severity === "error")).toEqual([]);
});

test("every run-time dependency has its line in docs/decisions/dependencies.md, and no other package has", () => {
  const { dependencies } = JSON.parse(textOf("package.json")) as { readonly dependencies: Readonly<Record<string, string>> };
  const lines = [...textOf("docs/decisions/dependencies.md").matchAll(/^\| `([^`]+)` \|/gmu)].map(([, name]) => name);
  expect(lines).toEqual(Object.keys(dependencies).toSorted());
});

test("docs/architecture.md has every room of src", () => {
  const rooms = [...textOf("docs/architecture.md").matchAll(/^\| `(src\/[a-z./]+)` \|/gmu)].map(([, path]) => path ?? "");
  expect(rooms.length).toBeGreaterThan(10);
  expect(rooms.filter((path) => !exists(path))).toEqual([]);
});
