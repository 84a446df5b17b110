import { join } from "node:path";
import { haproxy as haproxyRouter } from "../../src/adapters/traffic/haproxy.ts";
import { createClock } from "../../src/engine/clock.ts";
import { startHaproxyProcess } from "./haproxy-process.ts";
import type { RollbackRouter } from "./measure.ts";
import { shopRules, shopWords } from "./shop.ts";

const never = new AbortController().signal;

/** HAProxy; the bare command changes the first field of the entry that serin wrote, and leaves all else. */
export const haproxy: RollbackRouter = {
  name: "haproxy",
  needs: ["haproxy"],
  async start({ targets, dir }) {
    const { connection, ask, close } = await startHaproxyProcess(shopRules);
    const router = haproxyRouter.create(connection, { clock: createClock(), dataDir: dir });
    const words = shopWords(targets);
    const map = join(connection.folder, "serin.map");
    let rest: string | null = null;
    return {
      urls: [connection.url],
      async share(sharePct) {
        rest = null;
        await router.apply(words({ sharePct }), never);
      },
      bare: {
        says: "set map",
        async share(sharePct) {
          // Read once after serin's last word, which is before the first change that is measured.
          rest ??= /^0x\S+ state \d+(\/\S+)$/m.exec(await ask(`show map ${map}`))?.[1] ?? "";
          const complaint = (await ask(`set map ${map} state ${sharePct * 100}${rest}`)).trim();
          if (complaint !== "") throw new Error(complaint);
        },
      },
      close,
    };
  },
};
