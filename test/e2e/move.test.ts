import { execFile } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { processWorkloads } from "../../src/adapters/workloads/process.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { temporaryFolder } from "../fixtures/folder.ts";
import { processPlan } from "../fixtures/process-plan.ts";
import { serin, serinGoing } from "../fixtures/serin.ts";
import type { Finished, Going } from "../fixtures/serin.ts";

/* A server that is copied while it runs, as docs/operating.md says, and lost: another one goes on with its release from the copy. */

/** The commands of the section of this title, as they stand there. */
async function commandsUnder(title: string): Promise<string> {
  const text = await readFile(new URL("../../docs/operating.md", import.meta.url), "utf8");
  const section = text.split(/^## /mu).find((part) => part.startsWith(`${title}\n`));
  const commands = /^```sh\n([\s\S]+?)^```$/mu.exec(section ?? "")?.[1];
  if (commands === undefined) throw new Error(`docs/operating.md has no commands under "${title}"`);
  return commands;
}

test("a copy that is made while a release runs is a server on which it goes on", async () => {
  const folder = await temporaryFolder();
  const file = (name: string): string => join(folder, name);
  const [from, to] = [file("old"), file("new")];
  const going = async (words: readonly string[]): Promise<Going> => {
    const started = await serinGoing(words);
    onTestFinished(async () => void (await started.end("SIGKILL")));
    return started;
  };
  onTestFinished(async () => {
    for (const dataDir of [from, to]) {
      await processWorkloads.create({}, { clock: createClock(), dataDir: join(dataDir, "process") }).stopAll();
    }
  });
  await writeFile(file("edge.token"), "a-token-of-sixteen-or-more\n", { mode: 0o600 });
  const edgeWords = ["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--data", file("edge"), "--token-file", file("edge.token")];
  const edge = await going(["edge", ...edgeWords]);
  const connection = `{ kind: edge, control: [${JSON.stringify(edge.ready["control"])}], token: { file: edge.token } }`;
  await writeFile(
    file("serin.yaml"),
    `apiVersion: serin.dev/v1
kind: Server
connections: { routers: { edge: ${connection} }, sources: { edge: ${connection} } }
people: [{ name: ada, roles: [release-manager] }]
`,
  );
  await writeFile(file("plan.yaml"), processPlan({ port: await freePort(), start: "", scrape: "1s" }));
  const serverOn = (data: string): Promise<Going> =>
    going(["server", "--data", data, "--config", file("serin.yaml"), "--listen", "127.0.0.1:0"]);
  let [server, data] = [await serverOn(from), from];
  const ada = (words: readonly string[]): Promise<Finished> =>
    serin([...words, "--server", server.ready["listening"] ?? "", "--token-file", join(data, "tokens.json"), "--person", "ada"], {
      env: { SERIN_TOKEN: undefined, SERIN_SERVER: undefined },
    });
  const show = async (id: string): Promise<ReleaseView> => JSON.parse((await ada(["release", "show", id, "--json"])).out) as ReleaseView;

  expect(await ada(["stable", "start", file("plan.yaml"), "--set", "web=1", "--reason", "first"])).toMatchObject({ code: 0 });
  const begun = await ada(["release", "start", file("plan.yaml"), "--set", "web=2", "--reason", "new", "--json"]);
  const { id } = JSON.parse(begun.out) as { readonly id: string };
  expect((await ada(["release", "watch", id, "--until", "observing"])).code).toBe(0);
  const before = await show(id);

  const path = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;
  const commands = await commandsUnder("Moving to another machine, and backups");
  await promisify(execFile)("sh", ["-e", "-c", commands], { env: { ...process.env, PATH: path, OLD: from, NEW: to } });
  expect((await stat(join(to, "serin.db"))).mode & 0o077).toBe(0);
  await server.end("SIGKILL");

  [server, data] = [await serverOn(to), to];
  await vi.waitFor(
    async () => {
      const now = await show(id);
      expect(now).toMatchObject({ status: { kind: "observing", phase: 0 }, traffic: { seenPct: 10 } });
      expect(now.phases[0]?.observedMs ?? 0).toBeGreaterThan(before.phases[0]?.observedMs ?? 0);
    },
    { timeout: 30_000, interval: 250 },
  );
  expect(await ada(["release", "verify", id])).toMatchObject({ code: 0 });
  expect(await ada(["release", "rollback", id, "--reason", "it was a try"])).toMatchObject({ code: 0 });
  expect((await ada(["release", "watch", id, "--until", "rolled-back"])).code).toBe(0);
  expect((await show(id)).traffic.wantedPct).toBe(0);
  await server.end("SIGTERM");
  expect(await serin(["release", "verify", id, "--data", to])).toMatchObject({ code: 0, err: "" });
}, 120_000);
