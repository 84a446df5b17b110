import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seenSchema } from "../adapters/traffic/edge/orders.ts";
import type { EdgeSeen } from "../adapters/traffic/edge/orders.ts";
import { command } from "./house.ts";
import { wordOf } from "./household.ts";
import type { Household } from "./household.ts";

/** The edge watches a person for so long; nobody in the demo stays longer. */
const longestVisit = "1s";
const readyWithinMs = 30_000;

/** The reverse proxy as a process of its own. */
export interface EdgePart {
  readonly url: string;
  readonly control: string;
  readonly tokenFile: string;
  /** What the edge says of itself, asked on a way of the demo's own. */
  seen(): Promise<EdgeSeen>;
}

/** Starts an edge with a token of its own. */
export async function startEdge(dir: string, household: Household): Promise<EdgePart> {
  const tokenFile = join(dir, "edge-token");
  const token = randomBytes(32).toString("base64url");
  await writeFile(tokenFile, token, { mode: 0o600 });
  const options = ["--listen=127.0.0.1:0", "--control=127.0.0.1:0", `--data=${join(dir, "edge")}`, `--token-file=${tokenFile}`];
  const args = [command, "edge", ...options, `--turn=${longestVisit}`];
  const { ready } = await household.start({ name: "edge", args, readyWithinMs });
  const control = wordOf(ready, "control");
  return {
    url: wordOf(ready, "listening"),
    control,
    tokenFile,
    async seen() {
      const answer = await fetch(`${control}/seen`, { headers: { authorization: `Bearer ${token}` } });
      if (!answer.ok) throw new Error(`the edge answered ${answer.status} for what it sees`);
      return seenSchema.parse(await answer.json());
    },
  };
}
