// The dashboard, as people meet it: Lighthouse of each screen by serin's own source, what a screen weighs and when it is useful, and event streams.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { newContext, linkFor, openChromium } from "../scripts/chromium.ts";
import { buildWeb } from "../scripts/build-web.ts";
import { beginRelease, signAs } from "../scripts/people-at-work.ts";
import { median, openScorer } from "../scripts/score-screens.ts";
import { openSimulatedServer } from "../src/sim/serve.ts";
import type { SimulatedServer } from "../src/sim/serve.ts";
import { benchStreams } from "./dashboard/streams.ts";

const minuteMs = 60_000;
/** What the first load may weigh, bytes of gzip. */
const scriptLimit = 150_000;
const built = join(import.meta.dirname, "../dist/web");

/** Prints the figures of every screen, then those of a thousand listeners. */
export async function bench({ quick }: { readonly quick: boolean }): Promise<void> {
  await buildWeb();
  printBytes();
  const server = await openSimulatedServer({ speed: 1, hasHistory: true });
  try {
    const id = await observedRelease(server);
    await printPaints(server, id, quick ? 3 : 11);
    await printScores(server, id, quick ? 1 : 5);
  } finally {
    await server.close();
  }
  await benchStreams({ quick });
}

/** A release in the middle of its second phase: every gate has been judged. */
async function observedRelease(server: SimulatedServer): Promise<string> {
  const id = await beginRelease(server);
  await signAs(server, id, ["release-manager", "qa-lead"]);
  await server.until(id, ({ release }) => release.status.kind === "observing", 5 * minuteMs);
  await server.playground.pass(14 * minuteMs);
  await signAs(server, id, ["release-manager", "qa-lead"]);
  await server.until(id, ({ release }) => release.status.kind === "observing" && release.status.phase === 1, 20 * minuteMs);
  await server.playground.pass(10 * minuteMs);
  return id;
}

function printBytes(): void {
  const files = readdirSync(join(built, "assets")).map((name) => ({
    name,
    bytes: gzipSync(readFileSync(join(built, "assets", name))).length,
  }));
  const page = readFileSync(join(built, "index.html"), "utf8");
  const first = files.filter(({ name }) => page.includes(name));
  const sum = (ending: string): number => first.filter(({ name }) => name.endsWith(ending)).reduce((all, { bytes }) => all + bytes, 0);
  const script = sum(".js");
  print(
    `first load, gzip: ${kb(script)} of script (limit ${kb(scriptLimit)}: ${(script / scriptLimit).toFixed(2)} of it), ${kb(sum(".css"))} of style`,
  );
  for (const { name, bytes } of files.filter((file) => !first.includes(file))) print(`  on demand: ${name} ${kb(bytes)}`);
}

/** From the first request until the release's own sentence stands there, with an empty cache and with a full one. */
async function printPaints(server: SimulatedServer, id: string, times: number): Promise<void> {
  const browser = await openChromium();
  try {
    const [cold, warm]: [number[], number[]] = [[], []];
    for (let run = 0; run < times; run += 1) {
      const context = await newContext(browser);
      const page = await context.newPage();
      const useful = async (address: string): Promise<number> => {
        const beganMs = performance.now();
        await page.goto(address, { waitUntil: "commit" });
        await page.locator(".standing-sentence, .lines").first().waitFor();
        return performance.now() - beganMs;
      };
      cold.push(await useful(await linkFor(server, server.team[0].name)));
      warm.push(await useful(`${server.url}/releases/${id}`));
      await context.close();
    }
    print(
      `first useful paint over ${times} loads: the list, signed in by a link and with an empty cache p50 ${ms(median(cold))}, slowest ${ms(Math.max(...cold))};`,
    );
    print(`  a release with a full cache p50 ${ms(median(warm))}, slowest ${ms(Math.max(...warm))}`);
  } finally {
    await browser.close();
  }
}

async function printScores(server: SimulatedServer, id: string, runs: number): Promise<void> {
  print(
    `Lighthouse by serin's own source, as a phone, ${runs} ${runs === 1 ? "run" : "runs"} a screen: performance / accessibility, median [least]`,
  );
  for (const who of [server.team[0].name, null]) {
    const scorer = await openScorer(server, who);
    try {
      for (const path of who === null ? ["/"] : ["/", `/releases/${id}`, "/calendar", "/settings"]) {
        const { performance: speed, accessibility, rules } = await scorer.score(path, runs);
        const says = [speed, accessibility].map((points) => `${median(points)} [${Math.min(...points)}]`).join(" / ");
        print(`  ${(who === null ? "sign-in" : path.replace(id, "ID")).padEnd(14)} ${says}  ${rules.join(" ")}`);
      }
    } finally {
      scorer.close();
    }
  }
}

const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const ms = (value: number): string => `${value.toFixed(0)} ms`;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
