import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createBeaconScript } from "../../src/adapters/traffic/edge/beacon-script.ts";
import { textOf, top } from "../tree.ts";

const run = promisify(execFile);

/** What a command came to, whatever its exit code. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function end(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  try {
    return { code: 0, ...(await run(command, args, { cwd, maxBuffer: 16 * 1024 * 1024 })) };
  } catch (error) {
    const failed = error as { code?: unknown; stdout: string; stderr: string };
    if (typeof failed.code !== "number") throw error;
    return { code: failed.code, stdout: failed.stdout, stderr: failed.stderr };
  }
}

const node = process.execPath;
const { version } = JSON.parse(textOf("package.json")) as { version: string };
const minutes = 60_000;

describe("the published package", () => {
  let folder = "";
  let packed: readonly string[] = [];

  /** Packs a copy, so that no build is left in the checkout, and installs the tarball where nothing else is. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "serin-package-"));
    const copy = join(folder, "checkout");
    const home = join(folder, "home");
    const leftOut = new Set([".git", ".serin", "coverage", "dist", "node_modules"]);
    await cp(top, copy, { recursive: true, filter: (path) => !leftOut.has(relative(top, path).split("/")[0] ?? "") });
    await symlink(join(top, "node_modules"), join(copy, "node_modules"));
    const { code, stdout, stderr } = await end("npm", ["pack", "--json", "--pack-destination", folder], copy);
    if (code !== 0) throw new Error(`npm pack: ${stdout}${stderr}`);
    // npm prints what the build says before its own answer.
    const [tarball] = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as { filename: string; files: { path: string }[] }[];
    packed = tarball?.files.map(({ path }) => path) ?? [];
    await mkdir(home);
    await writeFile(join(home, "package.json"), '{ "private": true }\n');
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, tarball?.filename ?? "none")], { cwd: home });
  }, 5 * minutes);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const serin = (...args: string[]): Promise<Ended> =>
    end(node, [join(folder, "home/node_modules/.bin/serin"), ...args], join(folder, "home"));

  test("holds what runs, and neither sources nor tests", () => {
    const places = new Set(packed.map((path) => path.split("/")[0]));
    expect(
      [...places].filter((place) => !["bin", "dist", "schema", "examples", "package.json", "README.md", "LICENSE"].includes(place ?? "")),
    ).toEqual([]);
    expect(packed.filter((path) => /\.test\.|^dist\/sim\/(?:command|seeds|kept-seeds|small-plan|stories)\./.test(path))).toEqual([]);
    expect(packed).toEqual(expect.arrayContaining(["bin/serin.js", "bin/launch.js", "dist/main.js", "LICENSE", "README.md"]));
  });

  test("has nothing that publint finds", async () => {
    expect((await publint({ pkgDir: join(folder, "home/node_modules/serin"), pack: false, strict: true })).messages).toEqual([]);
  });

  test("serin --version answers", async () => {
    expect(await serin("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("serin plan lint reads the example that comes with it", async () => {
    const linted = await serin("plan", "lint", "node_modules/serin/examples/laptop/plan.yaml");
    expect(linted).toMatchObject({ code: 0, stderr: "" });
  });

  test("brings the dashboard, built", () => {
    const assets = packed.filter((path) => path.startsWith("dist/web/assets/")).map((path) => path.split(".").at(-1));
    expect([packed.includes("dist/web/index.html"), assets.includes("js"), assets.includes("css")]).toEqual([true, true, true]);
  });

  test("serin edge serves the script of pages, with the bundle of the installed web-vitals", async () => {
    await writeFile(join(folder, "home/edge.token"), "a-token-that-nobody-may-see");
    const words = ["edge", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--data", "edge", "--token-file", "edge.token"];
    const edge = spawn(node, [join(folder, "home/node_modules/.bin/serin"), ...words], {
      cwd: join(folder, "home"),
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void edge.kill("SIGKILL"));
    const [line] = (await once(createInterface({ input: edge.stdout }), "line")) as [string];
    const { listening } = JSON.parse(line) as { listening: string };
    const answer = await fetch(`${listening}/.serin/beacon.js`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe(createBeaconScript().text);
  });

  test("looks at pages in a thread of its own", async () => {
    const installed = (file: string): string => pathToFileURL(join(folder, "home/node_modules/serin/dist", file)).href;
    const script = `
      const { Analyst } = await import("${installed("adapters/metrics/axe/analyst.js")}");
      const { createClock } = await import("${installed("engine/clock.js")}");
      const analyst = new Analyst({ clock: createClock(), limitMs: 60_000, limitMb: 512, closing: null });
      const html = '<!doctype html><html lang="en"><title>t</title><main><h1>Words</h1><input></main>';
      const inspected = await analyst.inspect({ html, url: "http://127.0.0.1/" });
      console.log(JSON.stringify(inspected));
    `;
    expect(await end(node, ["--input-type=module", "--eval", script], folder)).toEqual({
      code: 0,
      stdout: '{"kind":"scored","score":81,"findings":[{"rule":"label","places":1}]}\n',
      stderr: "",
    });
  });

  test("runs Lighthouse in a process of its own", async () => {
    const installed = (file: string): string => pathToFileURL(join(folder, "home/node_modules/serin/dist", file)).href;
    const job = { chromium: "/bin/false", sandbox: false, preset: "mobile", path: "/", categories: [], folder: join(folder, "run") };
    const door = { routes: [], headers: {}, cookie: "", isOwnHost: false };
    const script = `
      const { createRunPage } = await import("${installed("adapters/metrics/lighthouse/run-page.js")}");
      const { createClock } = await import("${installed("engine/clock.js")}");
      const ran = await createRunPage(createClock(), 60_000)(${JSON.stringify({ ...job, door })}, new AbortController().signal);
      console.log(JSON.stringify(ran));
    `;
    expect(await end(node, ["--input-type=module", "--eval", script], folder)).toEqual({
      code: 0,
      stdout: '{"kind":"failed","why":"the browser ended (exit code 1): it said nothing"}\n',
      stderr: "",
    });
  });

  test("serin plan lint finds what is wrong", async () => {
    await writeFile(join(folder, "home/plan.yaml"), "apiVersion: serin.dev/v1\nkind: ReleasePlan\n");
    expect(await serin("plan", "lint", "plan.yaml")).toMatchObject({ code: 2 });
  });
});

describe("the start command", () => {
  test("runs the sources in the checkout", async () => {
    expect(await end(node, ["bin/serin.js", "--version"], top)).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test.each(["20.1.0", "22.21.0", "8.17.0", "24.8.0"])("on Node %s it says what it needs and imports nothing", async (old) => {
    const pretend = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${old}" } });`;
    const ended = await end(node, ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`, "bin/serin.js", "--version"], top);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(new RegExp(`^serin needs Node 24\\.9 or newer; this is Node ${old}\\.\n`));
  });

  test("is written so that an old Node can read it", () => {
    const text = textOf("bin/serin.js").replace(/\/\/.*$/gm, "");
    expect(text).not.toMatch(/\b(?:const|let|await|import\.meta|require)\b|=>|`|\?\.|\?\?|^import /m);
  });
});
