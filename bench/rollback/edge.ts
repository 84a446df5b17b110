import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { request } from "undici";
import { edge as edgeRouter } from "../../src/adapters/traffic/edge.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { RollbackRouter } from "./measure.ts";
import { shopWords } from "./shop.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const never = new AbortController().signal;

/** serin's own edge, a process of its own; the bare command is the HTTP call that the adapter makes. */
export const edge: RollbackRouter = {
  name: "edge",
  needs: [],
  async start({ household, dir, targets }) {
    const token = randomBytes(24).toString("base64url");
    await writeFile(join(dir, "token"), token);
    const places = ["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--data", join(dir, "edge"), "--token-file", join(dir, "token")];
    const process = await household.start({ name: "edge", args: [main, "edge", ...places], readyWithinMs: 20_000 });
    const control = String(process.ready["control"]);
    const connection = edgeRouter.connection.parse({ control: [control], token, timeout: "10s" });
    const router = edgeRouter.create(connection, { clock: createClock(), dataDir: dir });
    const words = shopWords(targets);
    return {
      urls: [String(process.ready["listening"])],
      share: (sharePct) => router.apply(words({ sharePct }), never),
      bare: {
        says: "PUT /wanted",
        async share(sharePct) {
          const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
          const answer = await request(`${control}/wanted`, { method: "PUT", headers, body: JSON.stringify(words({ sharePct })) });
          await answer.body.dump();
          if (answer.statusCode !== 200) throw new Error(`the edge answered ${answer.statusCode}`);
        },
      },
      close: () => process.end("SIGTERM"),
    };
  },
};
