import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../src/demo/free-port.ts";
import { temporaryFolder } from "../fixtures/folder.ts";
import { textOf, top } from "../tree.ts";

/** A block of the page: a file to write, or what is typed. */
interface Block {
  readonly language: string;
  readonly text: string;
  /** Typed in a terminal of its own, where it goes on. */
  readonly goesOn: boolean;
  readonly exits: number;
}

function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/(?:<!-- (?<mark>[^>]+) -->\n)?```(?<language>\w+)\n(?<text>.*?)```/gsu)].map(({ groups = {} }) => ({
    language: groups["language"] ?? "",
    text: groups["text"] ?? "",
    goesOn: groups["mark"] === "goes on",
    exits: Number(/^exits: (\d+)$/u.exec(groups["mark"] ?? "")?.[1] ?? 0),
  }));
}

/** A terminal in `cwd`: what is exported in it stays, until the test is over. */
function openTerminal(cwd: string, env: NodeJS.ProcessEnv): (typed: string) => Promise<{ readonly exit: number; readonly said: string }> {
  const shell = spawn("bash", ["--norc"], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  onTestFinished(() => void shell.kill("SIGKILL"));
  let said = "";
  shell.stderr.on("data", (piece: Buffer) => (said += piece.toString()));
  const lines = createInterface({ input: shell.stdout });
  return async (typed) => {
    said = "";
    const over = new Promise<number>((resolve, reject) => {
      shell.once("exit", () => reject(new Error(`the terminal is gone: ${said}`)));
      const hear = (line: string): void => {
        const exit = /^typed: (\d+)$/u.exec(line)?.[1];
        if (exit === undefined) return void (said += `${line}\n`);
        lines.off("line", hear);
        shell.removeAllListeners("exit");
        resolve(Number(exit));
      };
      lines.on("line", hear);
    });
    // Each line has to succeed but the last one, whose exit code is the answer.
    const [last = "", ...before] = typed.trimEnd().split("\n").toReversed();
    shell.stdin.write(`{ ${[...before.toReversed(), last].join(" && ")}; } </dev/null; echo "typed: $?"\n`);
    return { exit: await over, said };
  };
}

/** Starts what goes on, in a group of its own, and ends all of it with the test. */
function begin(typed: string, cwd: string, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn("bash", ["-c", typed], { cwd, env, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    const gone = once(child, "exit");
    process.kill(-child.pid, "SIGTERM");
    await gone;
  });
  return child;
}

/** The shop outlives its server, as the page says. */
async function endShop(folder: string): Promise<void> {
  const { processes } = JSON.parse(await readFile(join(folder, "data/process/processes.json"), "utf8")) as {
    readonly processes: readonly { readonly pid: number }[];
  };
  for (const { pid } of processes) process.kill(-pid, "SIGKILL");
}

test(
  "docs/first-release.md: everything that it says to write and to type, from an empty folder to a promoted release",
  { timeout: 180_000 },
  async () => {
    const folder = await temporaryFolder();
    const [people, control, server, shop] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    const command = join(folder, "serin");
    await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${top}/bin/serin.js" "$@"\n`);
    await chmod(command, 0o755);
    const env = {
      ...process.env,
      PATH: [folder, dirname(process.execPath), process.env["PATH"]].join(delimiter),
      SERIN_SERVER: `http://127.0.0.1:${server}`,
    };
    // Free ports instead of the usual ones, and a hurry: more people on the new version, who are observed for a shorter time.
    const here = (text: string): string =>
      text
        .replaceAll("127.0.0.1:8080", `127.0.0.1:${people}`)
        .replaceAll("127.0.0.1:8081", `127.0.0.1:${control}`)
        .replace("port: 4101", `port: ${shop}`)
        .replaceAll("observe: 30s", "observe: 1s")
        .replace("share: 10%", "share: 50%")
        .replace("}, 50);", "}, 20);")
        .replace(/^serin edge/u, `exec serin edge --listen 127.0.0.1:${people} --control 127.0.0.1:${control}`)
        .replace(/^serin server/u, `exec serin server --listen 127.0.0.1:${server}`);
    const type = openTerminal(folder, env);
    const went: ChildProcess[] = [];
    for (const { language, text, goesOn, exits } of blocksOf(textOf("docs/first-release.md"))) {
      const [, name] = /^(?:\/\/|#) (\S+\.\w+)\n/u.exec(text) ?? [];
      if (name !== undefined) await writeFile(join(folder, name), here(text));
      else if (goesOn) {
        const child = begin(here(text), folder, env);
        went.push(child);
        if (text.startsWith("serin ") && child.stdout !== null) await once(createInterface({ input: child.stdout }), "line");
        if (text.startsWith("serin server")) onTestFinished(() => endShop(folder));
      } else if (language === "sh") {
        const { exit, said } = await type(here(text));
        if (exit !== exits) throw new Error(`it ended with ${exit}, not with ${exits}:\n${text}${said}`);
      }
    }
    expect(went).toHaveLength(3);
    expect(await readFile(join(folder, "report.html"), "utf8")).toContain("Promoted");
  },
);
