import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Job } from "./job.ts";

/** Names of the browser's program, the one that distributions ship first. */
const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "headless-shell"];
const folders = ["/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome", "/usr/lib/chromium"];
const onMac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** Where the machine's Chromium is: `given`, or what is found on the search path and at well-known places; `null`: nowhere. */
export function findChromium(given: string | null, searchPath: string): string | null {
  const places = [...searchPath.split(delimiter).filter((folder) => folder !== ""), ...folders];
  const paths = given === null ? [...names.flatMap((name) => places.map((folder) => join(folder, name))), onMac] : [given];
  return paths.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a browser without a window in the process group of the caller and answers the port at which it can be told what to do. Throws with its
 * last words when it ends instead.
 *
 * Source: https://github.com/GoogleChrome/chrome-launcher/blob/main/docs/chrome-flags-for-tools.md
 */
export async function startChromium({ chromium, sandbox, folder }: Pick<Job, "chromium" | "sandbox" | "folder">): Promise<number> {
  const flags = [
    "--headless=new",
    "--remote-debugging-port=0",
    `--user-data-dir=${join(folder, "profile")}`,
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    "--use-mock-keychain",
    "--mute-audio",
    ...(sandbox ? [] : ["--no-sandbox"]),
  ];
  const browser = spawn(chromium, [...flags, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, HOME: folder },
  });
  const said: string[] = [];
  const listening = new Promise<number>((resolve) => {
    createInterface({ input: browser.stderr }).on("line", (line) => {
      const port = /^DevTools listening on ws:\/\/[^/]*:(\d+)\//.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
      else if (said.push(line) > 20) said.shift();
    });
  });
  const ended = (once(browser, "close") as Promise<[number | null, string | null]>).then(
    ([code, signal]: [number | null, string | null]): never => {
      const last = said.findLast((line) => line.trim() !== "") ?? "it said nothing";
      throw new Error(`the browser ended (${signal ?? `exit code ${code}`}): ${last.slice(0, 300)}`);
    },
    (cause: unknown): never => {
      throw new Error(`the browser cannot be started: ${cause instanceof Error ? cause.message : "no reason given"}`, { cause });
    },
  );
  // Once it listens, its end is noticed by whoever talks to it.
  ended.catch(() => {});
  return Promise.race([listening, ended]);
}
