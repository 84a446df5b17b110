import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { copyOf, stagesOf } from "../dockerfile.ts";
import type { Instruction } from "../dockerfile.ts";
import { exists, filesBelow, textOf, top } from "../tree.ts";

/*
 * No container engine is needed: the Dockerfile's own instructions are carried out in a temporary folder, as far as they do not change the
 * machine. What `apt-get` and the base image bring is not tried here.
 */

const run = promisify(execFile);
const dockerfile = "deploy/docker/Dockerfile";
const stages = stagesOf(dockerfile);
const { version } = JSON.parse(textOf("package.json")) as { version: string };

function stage(name: string): readonly Instruction[] {
  return stages.find((one) => one.name === name)?.instructions ?? [];
}

/** Paths of the checkout that `.dockerignore` leaves in the build. */
function isInContext(path: string): boolean {
  const allowed = textOf(".dockerignore")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1));
  return !path.endsWith(".test.ts") && allowed.some((one) => path === one || path.startsWith(`${one}/`));
}

describe("the Dockerfile", () => {
  test("copies only what there is, and what .dockerignore lets through", () => {
    const copies = stages.flatMap(({ instructions }) => instructions.filter(({ word }) => word === "COPY").map(copyOf));
    const names = new Set(stages.map(({ name }) => name));
    expect(copies.length).toBeGreaterThan(5);
    expect(copies.flatMap(({ stage: from }) => (from === null || names.has(from) ? [] : [from]))).toEqual([]);
    const taken = copies.flatMap(({ stage: from, sources }) => (from === null ? sources : []));
    expect(taken.filter((source) => !exists(source) || !isInContext(source))).toEqual([]);
    expect(filesBelow().filter(isInContext)).toContain("src/adapters/traffic/edge/beacon-page.js");
    for (const hidden of ["test/tree.ts", "docs/cli.md", "src/errors.test.ts", ".git/HEAD"]) expect(isInContext(hidden)).toBe(false);
  });

  test.each(["server", "lighthouse"])("ends the image %s with a numbered user that is not root", (name) => {
    const user = stage(name).findLast(({ word }) => word === "USER")?.rest;
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(stages.find((one) => one.name === name)?.from).toBe("base");
  });

  test("builds the server when no target is named, on a Node of a full version that serin runs on", () => {
    expect(stages.at(-1)?.name).toBe("server");
    const [, major, minor] = /^ARG NODE_IMAGE=node:(\d+)\.(\d+)\.\d+-/m.exec(textOf(dockerfile)) ?? [];
    expect(Number(major)).toBe(24);
    expect(Number(minor)).toBeGreaterThanOrEqual(9);
  });

  test("takes no tool of the building into the image, and runs nothing as a shell string", () => {
    const base = stage("base");
    expect(stage("dependencies").find(({ word }) => word === "RUN")?.rest).toContain("npm ci --omit=dev --ignore-scripts");
    const fromBuild = base.filter(({ word }) => word === "COPY").map(copyOf);
    expect(fromBuild.filter((one) => one.stage === "build").flatMap(({ sources }) => sources)).toEqual(["/build/dist"]);
    for (const word of ["ENTRYPOINT", "CMD"]) expect(() => JSON.parse(base.find((one) => one.word === word)?.rest ?? "")).not.toThrow();
  });
});

describe("what the image holds", () => {
  let folder = "";
  let app = "";
  /** Root may write everywhere: then somebody else runs it, as in the image. */
  const asNobody = process.getuid?.() === 0 ? ["setpriv", "--reuid=65532", "--regid=65532", "--clear-groups"] : [];

  function command(words: readonly string[]): readonly [string, ...string[]] {
    const [first = process.execPath, ...rest] = [...asNobody, process.execPath, ...words];
    return [first, ...rest];
  }

  async function copyInto(place: string, instruction: Instruction): Promise<void> {
    const { stage: from, sources, to } = copyOf(instruction);
    for (const source of sources) {
      const name = source.split("/").at(-1) ?? "";
      const base = from === null ? top : join(folder, from);
      const path = from === null ? source : source.replace(/^\/(?:build|app)\//, "");
      await cp(join(base, path), to === "./" ? join(place, name) : join(place, to), {
        recursive: true,
        filter: (one) => from !== null || !one.endsWith(".test.ts"),
      });
    }
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "serin-image-"));
    for (const name of ["build", "dependencies", "base"]) {
      const place = join(folder, name);
      await mkdir(place);
      for (const instruction of stage(name)) {
        if (instruction.word === "COPY") await copyInto(place, instruction);
        if (instruction.word !== "RUN" || !instruction.rest.startsWith("npm ")) continue;
        const [, ...words] = instruction.rest.split(/\s+/);
        // The packages of the building are those of the checkout.
        if (name === "build" && words[0] === "ci") await symlink(join(top, "node_modules"), join(place, "node_modules"));
        else await run("npm", words[0] === "ci" ? [...words, "--prefer-offline"] : words, { cwd: place, maxBuffer: 16 * 1024 * 1024 });
      }
    }
    app = join(folder, "base");
    await chmod(folder, 0o755);
  }, 5 * 60_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("answers with its version, and has neither sources nor tools", async () => {
    const [program, ...words] = command([join(app, "bin/serin.js"), "--version"]);
    expect((await run(program, words)).stdout).toBe(`${version}\n`);
    const { stdout } = await run("ls", [app, join(app, "node_modules")]);
    expect(stdout.split("\n")).not.toEqual(expect.arrayContaining(["src"]));
    for (const tool of ["typescript", "vitest", "oxlint", "knip"]) expect(stdout.split("\n")).not.toContain(tool);
  });

  test("serves as somebody who may write to the data folder alone, and its health is what the image asks", async () => {
    const data = join(folder, "data");
    const config = join(folder, "serin.yaml");
    await mkdir(data);
    await writeFile(config, "apiVersion: serin.dev/v1\nkind: Server\n");
    if (asNobody.length > 0) await run("chown", ["65532:65532", data]);
    else await run("chmod", ["-R", "a-w", app]);
    const cmd = JSON.parse(stage("base").find(({ word }) => word === "CMD")?.rest ?? "[]") as string[];
    const words = cmd.map((word) => ({ "/data": data, "/etc/serin/serin.yaml": config, "0.0.0.0:7707": "127.0.0.1:0" })[word] ?? word);
    const [program, ...rest] = command([join(app, "bin/serin.js"), ...words]);
    const server = spawn(program, rest, { cwd: "/", stdio: ["ignore", "pipe", "inherit"], env: { PATH: process.env["PATH"] } });
    onTestFinished(() => void server.kill("SIGKILL"));
    const [line] = (await once(createInterface({ input: server.stdout }), "line")) as [string];
    const { listening } = JSON.parse(line) as { listening: string };
    const health = /CMD (\[.*\])$/.exec(stage("base").find(({ word }) => word === "HEALTHCHECK")?.rest ?? "")?.[1] ?? "[]";
    const [, ...ask] = JSON.parse(health) as string[];
    const askAt = (url: string) => run(process.execPath, ask, { env: { SERIN_HEALTH: url } });
    await askAt(`${listening}/api/v1/health`);
    await expect(askAt(`${listening}/api/v1/nothing`)).rejects.toMatchObject({ code: 1 });
    server.kill("SIGTERM");
    expect(await once(server, "exit")).toEqual([0, null]);
    if (asNobody.length === 0) await run("chmod", ["-R", "u+w", app]);
  });
});
