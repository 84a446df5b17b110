import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { nginx as nginxRouter } from "../../src/adapters/traffic/nginx.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { createHousehold } from "../../src/demo/household.ts";
import { nginxPackages, startNginx } from "../../src/demo/nginx-process.ts";
import type { NginxPlace, NginxSettings } from "../../src/demo/nginx-process.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { SeenTraffic } from "../../src/core/observation.ts";
import type { TrafficRouter, WantedTraffic } from "../../src/ports.ts";
import { createPeople } from "../contract/person.ts";
import type { TestPerson } from "../contract/person.ts";
import { losableRouter } from "../contract/losable-router.ts";
import { startSmallShop } from "../contract/small-shop.ts";
import type { SmallShop } from "../contract/small-shop.ts";
import { programPath } from "./on-system.ts";
import type { ProxySubject } from "./proxy/proxy-world.ts";
import { createWords, shopOf } from "../fixtures/wanted-traffic.ts";

/** What the suites on nginx need of the machine. */
export const nginxNeeds = ["nginx", ...nginxPackages.files];

/** A real nginx with the example's configuration. */
interface NginxSubject extends ProxySubject {
  readonly control: string;
  readonly token: string;
  /** Where it keeps the last order for a restart. */
  readonly stateFile: string;
  /** What it has written to its error log. */
  errors(): Promise<string>;
}

const oneService = { routes: { "/": "shop" }, stable: { shop: [] } };

/** Starts one, which serves these routes before the first order; `close` leaves nothing of it. */
export async function openNginx(place: Partial<NginxPlace & NginxSettings> = {}): Promise<NginxSubject> {
  const dir = await mkdtemp(join(tmpdir(), "serin-nginx-"));
  const household = createHousehold(dir);
  const { token = randomBytes(24).toString("hex") } = place;
  const [port, controlPort] = [await freePort(), await freePort()];
  const full: NginxPlace & NginxSettings = {
    program: programPath("nginx"),
    dir,
    token,
    port,
    controlPort,
    workers: 2,
    ...oneService,
    ...place,
  };
  let member = await startNginx(household, full);
  const control = `http://127.0.0.1:${controlPort}`;
  const routerAt = (url: string): TrafficRouter =>
    nginxRouter.create(nginxRouter.connection.parse({ control: [url], token }), { clock: createClock(), dataDir: "unused" });
  const { close, ...steered } = await losableRouter(routerAt(control), routerAt);
  const workers = async (): Promise<readonly string[]> => {
    const text = await readFile(`/proc/${member.pid}/task/${member.pid}/children`, "utf8");
    return text.split(" ").filter((pid) => pid !== "");
  };
  return {
    ...steered,
    capabilities: nginxRouter.capabilities,
    url: `http://127.0.0.1:${port}`,
    control,
    token,
    stateFile: join(full.dir, "order"),
    restart: () => Promise.resolve(routerAt(control)),
    errors: () => readFile(join(dir, "error.log"), "utf8"),
    async reload() {
      const before = await workers();
      process.kill(member.pid, "SIGHUP");
      await vi.waitUntil(async () => {
        const now = await workers();
        return now.length > 0 && !now.some((pid) => before.includes(pid));
      });
    },
    async startAgain() {
      await member.end("SIGKILL");
      member = await startNginx(household, full);
    },
    async close() {
      await household.stopAll();
      await close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** An nginx between people and two versions of a shop. */
export interface NginxWorld extends NginxSubject {
  readonly canary: SmallShop;
  readonly stable: SmallShop;
  readonly person: () => TestPerson;
  readonly wanted: (changes?: Partial<WantedTraffic>) => WantedTraffic;
  /** Applies, and resolves with what is read back. */
  readonly put: (changes?: Partial<WantedTraffic>) => Promise<SeenTraffic>;
  readonly seen: () => Promise<SeenTraffic>;
}

const never = new AbortController().signal;

/** Opens such a world, and closes it when the test is over. */
export async function openNginxWorld(place: Partial<NginxPlace & NginxSettings> = {}): Promise<NginxWorld> {
  const [subject, canary, stable] = await Promise.all([openNginx(place), startSmallShop("canary"), startSmallShop("stable")]);
  const people = createPeople(subject.url);
  onTestFinished(async () => {
    await people.close();
    await Promise.all([subject.close(), canary.close(), stable.close()]);
  });
  const wanted = createWords(shopOf(canary, stable));
  const seen = (): Promise<SeenTraffic> => subject.router.observe(never);
  return {
    ...subject,
    canary,
    stable,
    person: people.person,
    wanted,
    seen,
    put: async (changes) => {
      await subject.router.apply(wanted(changes), never);
      return seen();
    },
  };
}
