import { readFile } from "node:fs/promises";
import { drawFairly } from "../adapters/traffic/edge/draw.ts";
import { startEdge } from "../adapters/traffic/edge/start-edge.ts";
import { createClock } from "../engine/clock.ts";

/*
 * An edge as `serin edge` is one, whose draw is broken on purpose: every bucket is half as large as it should be, so that twice as many people
 * meet the canary as the share says. EDGE_DATA is its folder, EDGE_TOKEN_FILE its token, EDGE_TURN_MS how long a person is watched.
 */
const [dataDir = "", tokenFile = "", turnMs = ""] = ["EDGE_DATA", "EDGE_TOKEN_FILE", "EDGE_TURN_MS"].map((name) => process.env[name]);
const loopback = { host: "127.0.0.1", port: 0 };
const edge = await startEdge({
  clock: createClock(),
  listen: loopback,
  control: loopback,
  token: (await readFile(tokenFile, "utf8")).trim(),
  dataDir,
  keyFile: null,
  stable: { targets: {}, routes: [] },
  trustedProxies: ["127.0.0.0/8"],
  limits: { turnMs: Number(turnMs) },
  draw: () => {
    const drawn = drawFairly();
    return { ...drawn, bucket: Math.floor(drawn.bucket / 2) };
  },
});
process.stdout.write(`${JSON.stringify({ listening: edge.url, control: edge.controlUrl })}\n`);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void edge.close().then(() => process.exit(0)));
