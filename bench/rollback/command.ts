import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { request } from "undici";
import { command as commandRouter } from "../../src/adapters/traffic/command.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { RollbackRouter } from "./measure.ts";
import { shopWords } from "./shop.ts";

const never = new AbortController().signal;
const example = (name: string): string => fileURLToPath(new URL(`../../examples/command/${name}`, import.meta.url));

/** The balancer of the example, steered by the example's programs; the bare command starts the same program without serin. */
export const command: RollbackRouter = {
  name: "command",
  needs: [],
  note: "the balancer is the example's, and most of the time is the start of the program: yours have their own",
  async start({ household, dir, targets }) {
    const state = join(dir, "command.json");
    const steer = (what: string): readonly string[] => [process.execPath, example("steer.ts"), what, state];
    const capabilities = { sticky: false, audiences: ["everyone"], stepPct: 1, lease: false };
    const connection = commandRouter.connection.parse({ set: steer("set"), get: steer("get"), capabilities, timeout: "10s" });
    const router = commandRouter.create(connection, { clock: createClock(), dataDir: dir });
    const listen = `127.0.0.1:${await freePort()}`;
    const balancer = await household.start({
      name: "balancer",
      args: [example("balancer.ts"), state, listen],
      readyWithinMs: 20_000,
      program: { path: process.execPath, isReady: () => isAnswering(`http://${listen}`) },
    });
    const words = shopWords(targets);
    return {
      urls: [`http://${listen}`],
      share: (sharePct) => router.apply(words({ sharePct }), never),
      bare: {
        says: "steer.ts set",
        share: (sharePct) => runWith(steer("set"), JSON.stringify({ wanted: words({ sharePct }) })),
      },
      close: () => balancer.end("SIGTERM"),
    };
  },
};

async function isAnswering(url: string): Promise<boolean> {
  const answer = await request(url).catch(() => null);
  await answer?.body.dump();
  return answer !== null;
}

async function runWith([program = "", ...args]: readonly string[], input: string): Promise<void> {
  const child = spawn(program, args, { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.end(input);
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}
