import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seenSchema } from "../adapters/traffic/edge/orders.ts";
import { command, demoFile } from "./house.ts";
import { wordOf } from "./household.ts";
import type { Household, MemberOptions } from "./household.ts";
import type { RouterPart } from "./router-part.ts";

/** The edge watches a person for so long, ms; nobody in the demo stays longer. */
const longestVisitMs = 1_000;
const readyWithinMs = 30_000;

/** Which edge: the one of `serin edge`, or one whose draw is broken on purpose. */
export type EdgeKind = "fair" | "biased";

/** Starts an edge, the reverse proxy as a process of its own, with a token of its own. */
export async function startEdge(dir: string, household: Household, kind: EdgeKind): Promise<RouterPart> {
  const tokenFile = join(dir, "edge-token");
  const token = randomBytes(32).toString("base64url");
  await writeFile(tokenFile, token, { mode: 0o600 });
  const { ready } = await household.start({ name: "edge", ...howToStart(kind, join(dir, "edge"), tokenFile), readyWithinMs });
  const control = wordOf(ready, "control");
  return {
    target: "edge",
    url: wordOf(ready, "listening"),
    control,
    health: `${control}/health`,
    isSource: true,
    connection: (at) => ({ kind: "edge", control: [at], token: { file: tokenFile } }),
    async seen() {
      const answer = await fetch(`${control}/seen`, { headers: { authorization: `Bearer ${token}` } });
      if (!answer.ok) throw new Error(`the edge answered ${answer.status} for what it sees`);
      return seenSchema.parse(await answer.json());
    },
  };
}

function howToStart(kind: EdgeKind, dataDir: string, tokenFile: string): Pick<MemberOptions, "args" | "env"> {
  if (kind === "biased") {
    const env = { EDGE_DATA: dataDir, EDGE_TOKEN_FILE: tokenFile, EDGE_TURN_MS: String(longestVisitMs) };
    return { args: [demoFile("biased-edge")], env };
  }
  const options = ["--listen=127.0.0.1:0", "--control=127.0.0.1:0", `--data=${dataDir}`, `--token-file=${tokenFile}`];
  return { args: [command, "edge", ...options, `--turn=${longestVisitMs}ms`] };
}
