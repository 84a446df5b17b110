import { Command } from "commander";
import { expect, onTestFinished, test, vi } from "vitest";
import { smallApi } from "../../test/fixtures/small-api.ts";
import type { Exit } from "../errors.ts";
import { listen } from "../http/listen.ts";
import { addReleaseWatch } from "./release-watch.ts";
import { processTerminal } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Watching {
  readonly out: readonly string[];
  readonly err: readonly string[];
  readonly exit: Promise<Exit | null>;
}

function watch(url: string, words: readonly string[]): Watching {
  const [out, err]: [string[], string[]] = [[], []];
  let exit: Exit | null = null;
  const terminal: Terminal = {
    ...processTerminal(),
    env: { SERIN_TOKEN: "vera", SERIN_SERVER: url },
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    exit: (code) => void (exit = code),
  };
  const program = new Command("serin");
  addReleaseWatch(program, terminal);
  return { out, err, exit: program.parseAsync(["watch", ...words], { from: "user" }).then(() => exit) };
}

test("a watch misses no entry while the server is away, and ends with the release", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const first = await listen(api.app, { host: "127.0.0.1", port: 0 });
  const address = { host: "127.0.0.1", port: Number(new URL(first.url).port) };
  const watching = watch(first.url, [id, "--until", "stopped", "--json"]);
  await vi.waitFor(() => expect(watching.out).not.toEqual([]));
  await first.close(0);
  await api.call("POST", `/api/v1/releases/${id}/requests`, { headers: { "if-match": '"0"' }, body: { kind: "stop", reason: "a test" } });
  await vi.waitFor(() => expect(watching.err.join("")).toContain("Trying again"));
  const second = await listen(api.app, address);
  onTestFinished(() => second.close(0));
  expect(await watching.exit).toBe("done");
  const lines = watching.out.map((line) => JSON.parse(line) as { entry?: { revision: number }; status?: { kind: string } });
  expect(lines.at(-1)?.status?.kind).toBe("stopped");
  const revisions = lines.slice(0, -1).map((line) => line.entry?.revision);
  expect(revisions).toEqual(revisions.map((_, index) => index + 1));
  const journal = (await (await api.call("GET", `/api/v1/releases/${id}/journal`)).json()) as { entries: unknown[] };
  expect(revisions.length).toBe(journal.entries.length);
});

test("a release that is not there ends a watch at once, whatever it waits for", async () => {
  const api = await smallApi();
  const listening = await listen(api.app, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => listening.close(0));
  const watching = watch(listening.url, ["nobody"]);
  expect(await watching.exit).toBe("bad-input");
  expect(watching.err.join("")).toContain("nobody");
});
