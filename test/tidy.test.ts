import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { exists, filesBelow, importsOf, textOf } from "./tree.ts";

const files = filesBelow();
const code = files.filter((path) => /\.(?:tsx?|js)$/.test(path));
const sources = code.filter((path) => /^(?:src|web)\//.test(path) && !/\.test\.tsx?$|^web\/(?:test\/|vite\.config)/.test(path));

/**
 * DESIGN.md 7 as a table: which rooms a room may import beside itself, and which packages; `any`: every package. The order is that of the
 * arrows: nobody imports what stands below.
 */
const rooms: Readonly<Record<string, { readonly rooms: readonly string[]; readonly packages: readonly string[] | "any" }>> = {
  evidence: { rooms: [], packages: [] },
  errors: { rooms: [], packages: [] },
  core: { rooms: ["evidence"], packages: ["canonicalize", "date-holidays", "node:crypto", "node:module", "temporal-polyfill"] },
  ports: { rooms: ["core"], packages: [] },
  engine: { rooms: ["ports", "core", "evidence"], packages: ["node:perf_hooks"] },
  adapters: { rooms: ["ports", "core"], packages: "any" },
  doctor: { rooms: ["adapters", "ports", "core"], packages: ["temporal-polyfill"] },
  config: { rooms: ["core", "errors"], packages: "any" },
  "http/contract": { rooms: ["core", "evidence", "errors", "ports"], packages: ["zod"] },
  http: { rooms: ["http/contract", "ports", "core", "config", "errors"], packages: "any" },
  sim: { rooms: ["engine", "ports", "core", "evidence", "config"], packages: "any" },
  demo: { rooms: ["http/contract", "engine", "adapters", "config", "ports", "core", "evidence", "errors"], packages: "any" },
  cli: { rooms: ["http/contract", "demo", "sim", "config", "core", "evidence", "errors"], packages: "any" },
  web: { rooms: ["http/contract"], packages: ["react", "react-dom/client", "uplot", "wouter"] },
};

/** Files of a room that others may know with it: what server, command line and dashboard share. */
const contract = /^src\/http\/(?:contract|release-view)(?:\.ts$|\/)/;

function roomOf(path: string): string {
  if (contract.test(path)) return "http/contract";
  return /^(?:src\/)?([^/.]+)/.exec(path)?.[1] ?? path;
}

/** The adapter that a file belongs to, "metrics/scrape"; what stands in `src/adapters` itself belongs to all. */
function adapterOf(path: string): string | null {
  return /^src\/adapters\/([^/]+\/[^/.]+)/.exec(path)?.[1] ?? null;
}

/** Parts that the adapters of one port share; they are no adapters. */
const sharedParts = new Set(["metrics/exposition", "metrics/login", "metrics/window-sums", "notices/outcome"]);

/** Files that put a process of its own together, as `main.ts` does for the server: what they may know beside their room. */
const assemblies: Readonly<Record<string, readonly string[]>> = {
  "src/cli/edge.ts": [
    "src/ports.ts",
    "src/engine/clock.ts",
    "src/adapters/traffic/edge/start-edge.ts",
    "src/adapters/traffic/edge/edge-unusable.ts",
  ],
  "src/sim/dev-api.ts": ["src/http/contract.ts", "src/http/contract/access.ts"],
  "src/cli/plan-when.ts": ["src/engine/clock.ts"],
  "src/sim/serve.ts": [
    ...["metrics", "notices", "traffic", "workloads"].map((port) => `src/adapters/${port}/list.ts`),
    ...["access/access", "app", "last-calls", "listen", "log", "measure-world", "meters", "tokens", "web/web-files"].map(
      (name) => `src/http/${name}.ts`,
    ),
    "src/adapters/known-connections.ts",
    "src/doctor/examine.ts",
  ],
};

function isAllowed(from: string, to: string): boolean {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (room === "main" || assemblies[from]?.includes(to)) return true;
  if (room === "adapters" && other === "adapters") return isAllowedAdapter(from, to);
  return room === other || (rooms[room]?.rooms.includes(other) ?? false);
}

function isAllowedAdapter(from: string, to: string): boolean {
  const [mine, theirs] = [adapterOf(from), adapterOf(to)];
  if (theirs === null || mine === theirs || sharedParts.has(theirs)) return true;
  return mine !== null && mine.endsWith("/list") && posix.dirname(mine) === posix.dirname(theirs);
}

describe("rooms", () => {
  test.each<[string, string, boolean]>([
    ["src/core/apply.ts", "src/evidence/verdict.ts", true],
    ["src/evidence/verdict.ts", "src/core/plan.ts", false],
    ["src/core/plan.ts", "src/ports.ts", false],
    ["src/ports.ts", "src/engine/clock.ts", false],
    ["src/engine/engine.ts", "src/adapters/define.ts", false],
    ["src/adapters/metrics/scrape.ts", "src/adapters/metrics/scrape/page.ts", true],
    ["src/adapters/metrics/scrape/page.ts", "src/adapters/metrics/exposition/exposition.ts", true],
    ["src/adapters/metrics/scrape.ts", "src/adapters/exchange.ts", true],
    ["src/adapters/metrics/list.ts", "src/adapters/metrics/scrape.ts", true],
    ["src/adapters/metrics/list.ts", "src/adapters/notices/webhook.ts", false],
    ["src/adapters/metrics/http.ts", "src/adapters/metrics/scrape/page.ts", false],
    ["src/adapters/metrics/edge.ts", "src/adapters/traffic/edge/meters.ts", false],
    ["src/adapters/metrics/http.ts", "src/engine/clock.ts", false],
    ["src/adapters/metrics/http.ts", "src/http/app.ts", false],
    ["src/cli/client.ts", "src/http/contract.ts", true],
    ["src/cli/client.ts", "src/http/app.ts", false],
    ["src/http/app.ts", "src/engine/engine.ts", false],
    ["src/main.ts", "src/engine/engine.ts", true],
    ["web/api/call.ts", "src/http/contract/routes.ts", true],
    ["web/release/band.tsx", "src/core/release-view.ts", false],
    ["src/http/app.ts", "web/app/app.tsx", false],
  ])("the table: %s to %s is %s", (from, to, allowed) => expect(isAllowed(from, to)).toBe(allowed));

  test("imports are found: of types, bare, lazy, over several lines", () => {
    expect(importsOf("src/adapters/metrics/list.ts")).toContain("src/adapters/metrics/scrape.ts");
    expect(importsOf("bin/serin.js")).toEqual(["bin/launch.js"]);
    expect(importsOf("src/ports.ts")).toContain("src/core/plan.ts");
    expect(importsOf("test/e2e/package.test.ts")).toEqual(expect.arrayContaining(["publint", "node:path", "test/tree.ts"]));
  });

  test("every room of src stands in the table", () => {
    expect([...new Set(sources.map(roomOf))].filter((room) => room !== "main" && rooms[room] === undefined)).toEqual([]);
  });

  test("nobody imports a room that the table does not allow", () => {
    const wrong = sources.flatMap((from) =>
      importsOf(from)
        .filter((to) => /^(?:src|web)\//.test(to) && !isAllowed(from, to))
        .map((to) => `${from} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  test("the pure rooms import no package beside those of the table", () => {
    const wrong = sources.flatMap((from) => {
      const allowed = rooms[roomOf(from)]?.packages ?? "any";
      const packages = importsOf(from).filter((to) => !to.includes("/") || !exists(to));
      return allowed === "any" ? [] : packages.filter((name) => !allowed.includes(name)).map((name) => `${from} imports ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  test("what runs imports no package that is only there for development", () => {
    const { dependencies } = JSON.parse(textOf("package.json")) as { dependencies: Record<string, string> };
    const nameOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
    // What the dashboard imports is built into it.
    const wrong = sources
      .filter((from) => !from.startsWith("web/"))
      .flatMap((from) =>
        importsOf(from)
          .filter((to) => !to.startsWith("src/") && !to.startsWith("node:") && !Object.hasOwn(dependencies, nameOf(to)))
          .map((to) => `${from} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  test("nothing imports upwards out of src, and tests never read what is not in the checkout", () => {
    const wrong = code.flatMap((from) =>
      importsOf(from)
        .filter((to) => to.startsWith(".."))
        .map((to) => `${from} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** Where time and chance come from: everybody else is given a clock (STYLE.md, example 6) and a seed. */
const clocks = [
  "src/engine/clock.ts",
  "src/adapters/traffic/edge/",
  "src/cli/",
  "src/demo/",
  "src/http/listen.ts",
  "src/sim/command.ts",
  "src/sim/dev-api.ts",
  "web/app/clock.ts",
];
const hiddenClock =
  /\bDate\.now\b|\bnew Date\(\)|\bset(?:Timeout|Interval)\b|\bMath\.random\b|\bperformance\.now\b|\bAbortSignal\.timeout\b|timers\/promises/;

test("time and chance come from the named places only", () => {
  const wrong = sources.filter(
    (path) => !clocks.some((place) => path.startsWith(place)) && hiddenClock.test(withoutComments(textOf(path))),
  );
  expect(wrong).toEqual([]);
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

describe("files", () => {
  test("are at most 400 lines", () => {
    expect(code.filter((path) => textOf(path).split("\n").length - 1 > 400)).toEqual([]);
  });

  test("have names in kebab case", () => {
    const isKebab = (path: string): boolean => path.split("/").every((name) => /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*$/.test(name));
    expect(code.filter((path) => !isKebab(path))).toEqual([]);
  });

  test("are named after what is in them", () => {
    expect(code.filter((path) => /(?:^|\/)(?:utils?|helpers?|common|misc|shared|types|index)(?:\.|\/)/.test(path))).toEqual([]);
  });

  test("are no barrels", () => {
    const own = /^(?:export )?(?:async )?(?:function|const|let|class|interface|type|await|describe|test|import)\b/m;
    const isBarrel = (text: string): boolean => /^export \*/m.test(text) || (/^export (?:type )?\{/m.test(text) && !own.test(text));
    expect(code.filter((path) => isBarrel(textOf(path)))).toEqual([]);
  });

  test("hold no forbidden words", () => {
    const texts = files.filter(
      (path) => !["test/tidy.test.ts", "package-lock.json"].includes(path) && !/\.(?:png|webp|ico|woff2|sqlite)$/.test(path),
    );
    const wrong = texts.flatMap((path) => {
      const found = forbidden.filter(({ words }) => words.test(textOf(path)));
      return found.map(({ says }) => `${path}: ${says}`);
    });
    expect(wrong).toEqual([]);
  });
});

const forbidden: readonly { readonly says: string; readonly words: RegExp }[] = [
  { says: "unfinished work", words: /\b(?:TODO|FIXME|XXX|HACK)\b/ },
  { says: "a path of one machine", words: /(?<![\w.:/-])\/(?:work|root|home|Users)\/\w/ },
  { says: "a host of a package registry", words: /\bregistry\.[a-z0-9.-]+\.[a-z]{2,}\b|\bnpm\.pkg\./ },
  {
    says: "a silenced check",
    words: /@ts-(?:ignore|nocheck|expect-error)\b|\b(?:oxlint|eslint)-disable(?!-next-line [a-z-]+(?:\/[a-z-]+)? -- )/,
  },
  { says: "how it was written", words: /\b(?:AI|LLM|Claude|ChatGPT|Copilot)\b|\b(?:AI|co)[- ]?(?:generated|assistant)\b/i },
  { says: "the marks of a merge that was not finished", words: /^(?:<{7}|>{7}|\|{7}) /m },
  { says: "a test that is skipped or alone", words: /\b(?:test|it|describe)\.(?:skip|only|todo)\(/ },
];

describe("documents", () => {
  const documents = files.filter((path) => path.endsWith(".md"));

  test("README.md has at most 120 lines", () => {
    expect(textOf("README.md").split("\n").length - 1).toBeLessThanOrEqual(120);
  });

  test("every relative link leads to a file, and its fragment to a heading", () => {
    const wrong = documents.flatMap((path) =>
      linksOf(path)
        .filter((link) => !leadsSomewhere(path, link))
        .map((link) => `${path}: ${link}`),
    );
    expect(wrong).toEqual([]);
  });

  test("every page of docs can be reached from the README or another page", () => {
    const linked = new Set(
      documents.flatMap((path) => linksOf(path).map((link) => posix.join(posix.dirname(path), link.replace(/#.*$/, "")))),
    );
    const isLinked = (path: string): boolean =>
      linked.has(path) || linked.has(`${posix.dirname(path)}/`) || linked.has(posix.dirname(path));
    expect(documents.filter((path) => path.startsWith("docs/") && !isLinked(path))).toEqual([]);
  });
});

function linksOf(path: string): readonly string[] {
  const prose = textOf(path)
    .replace(/^```[\s\S]*?^```/gm, "")
    .replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? "").filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(from: string, link: string): boolean {
  const [path = "", fragment] = link.split("#");
  const target = path === "" ? from : posix.join(posix.dirname(from), path);
  if (!exists(target)) return false;
  return fragment === undefined || headingsOf(target).includes(fragment);
}

/** Headings as a fragment names them. */
function headingsOf(path: string): readonly string[] {
  const headings = [...textOf(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading ?? "");
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}
