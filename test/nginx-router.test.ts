import { describe, expect, onTestFinished, test } from "vitest";
import { nginx } from "../src/adapters/traffic/nginx.ts";
import { createResolver, sayAttempt, sayOrder } from "../src/adapters/traffic/nginx/order.ts";
import { agree } from "../src/adapters/traffic/nginx/seen.ts";
import type { SeenTraffic } from "../src/core/observation.ts";
import { createClock } from "../src/engine/clock.ts";
import { PortError } from "../src/ports.ts";
import type { WantedTraffic } from "../src/ports.ts";
import { routerFaults } from "./contract/router-faults.ts";
import { startSmallServer } from "./contract/small-server.ts";
import type { Behaviour } from "./contract/small-server.ts";
import { twoServices, wantedTraffic } from "./fixtures/wanted-traffic.ts";
import { samplePlan } from "./sample-plan.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const never = new AbortController().signal;
const token = "a-token-that-nobody-may-see";
const connectionTo = (url: string, timeout = "20s") => nginx.connection.parse({ control: [url], token, timeout });
const surroundings = { clock: createClock(), dataDir: "unused" };

routerFaults("nginx", (url, _secret, timeout) => nginx.create(connectionTo(url, timeout), surroundings));

const wanted = wantedTraffic({
  ...twoServices,
  revision: 7,
  sharePct: 12.5,
  audience: "new-logins",
  goals: [{ name: "order", request: "POST /api/orders", withinMs: 1 }],
  stableSlot: "previous",
});
const resolve = (host: string): Promise<readonly string[]> =>
  host === "shop.example" ? Promise.resolve(["192.0.2.9", "192.0.2.1"]) : Promise.reject(new Error("no such name"));

describe("an order", () => {
  test("is one fact a line, with every address of a name", async () => {
    expect((await sayOrder(wanted, resolve)).split("\n")).toEqual([
      "lease 30000",
      "release shop-1",
      "revision 7",
      "share 12.5",
      "audience new-logins",
      "slot previous",
      "login POST /api/login",
      "route frontend /",
      "route backend /api",
      "service frontend",
      "target frontend stable [::1]:3000 http://[::1]:3000",
      "target frontend stable 192.0.2.1:80 http://shop.example",
      "target frontend stable 192.0.2.9:80 http://shop.example",
      "service backend",
      "target backend canary 10.0.0.2:81 http://10.0.0.2:81",
      "target backend stable 10.0.0.1:80 http://10.0.0.1:80",
      "",
    ]);
    expect(sayAttempt({ request: "GET /a?b=1", arms: { frontend: "canary", backend: "stable" } })).toBe(
      "request GET /a?b=1\narm frontend canary\narm backend stable\n",
    );
  });

  test.each<[string, Partial<WantedTraffic>]>([
    ["a line of its own in a name", { release: "shop-1\nshare 100" }],
    ["a blank in a path", { routes: [{ path: "/a b", service: "frontend" }] }],
    ["an address with TLS", { targets: { frontend: { canary: [], stable: ["https://10.0.0.1"] } } }],
  ])("%s is refused for good", async (_says, changes) => {
    const refused = await sayOrder({ ...wanted, ...changes }, resolve).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: "PortError", retry: "never" });
  });

  test("a name without an address is asked for again", async () => {
    const targets = { frontend: { canary: [], stable: ["http://gone.example"] } };
    const refused = await sayOrder({ ...wanted, targets }, resolve).catch((error: unknown) => error);
    expect(refused).not.toBeInstanceOf(PortError);
    expect(String(refused)).toContain("gone.example has no address");
  });
});

test("a name server that fails or is silent takes no address away that it said before, and keeps no rollback waiting", async () => {
  let state: "well" | "fails" | "silent" = "well";
  let nowMs = 0;
  const addresses = ["192.0.2.1", "2001:db8::1"].map((address, index) => ({ address, family: index === 0 ? 4 : 6 }));
  const answers = createResolver({ ...createClock(), monotonicMs: () => nowMs }, () =>
    state === "well"
      ? Promise.resolve(addresses)
      : state === "fails"
        ? Promise.reject(new Error("SERVFAIL"))
        : new Promise(() => undefined),
  );
  const targets = { frontend: { canary: [], stable: ["http://shop.example:81"] } };
  const say = (): Promise<string> => sayOrder({ ...wanted, targets }, (host) => answers(host, never));
  const lines = /target frontend stable 192\.0\.2\.1:81 \S+\ntarget frontend stable \[2001:db8::1\]:81 /;
  expect(await say()).toMatch(lines);
  for (state of ["fails", "silent"] as const) {
    nowMs += 60_000;
    expect(await say()).toMatch(lines);
  }
});

const seen: SeenTraffic = {
  release: "shop-1",
  sharePct: 10,
  audience: "everyone",
  stableSlot: "stable",
  targets: "shop: canary ; stable x",
  isServing: true,
  drawn: { canary: 1, stable: 9 },
  forwarded: { canary: 10, stable: 90 },
  lastCanaryMs: 5,
};

describe("several nginx", () => {
  test("are one router: counts are added, the last request is the last of all, and one that does not serve is enough", () => {
    expect(agree([seen, { ...seen, lastCanaryMs: null }])).toEqual({
      ...seen,
      drawn: { canary: 2, stable: 18 },
      forwarded: { canary: 20, stable: 180 },
      lastCanaryMs: 5,
    });
    expect(
      agree([
        { ...seen, lastCanaryMs: 8 },
        { ...seen, isServing: false },
      ]),
    ).toMatchObject({ lastCanaryMs: 8, isServing: false });
    expect(agree([{ ...seen, lastCanaryMs: null }]).lastCanaryMs).toBeNull();
  });

  test("that do not agree are unseen, with what differs", () => {
    expect(() => agree([seen, { ...seen, sharePct: 50 }])).toThrow("sharePct is 10 and 50");
    expect(() => agree([])).toThrow("no nginx");
  });
});

describe("serin doctor", () => {
  const about = {
    script: 1,
    nginx: "1.22.1",
    lua: 10_023,
    workers: 2,
    routes: samplePlan.traffic.routes,
    stateFile: "kept",
  };
  const examine = async (behaviour: Behaviour) => {
    const server = await startSmallServer(behaviour);
    onTestFinished(() => server.close());
    await server.behave(behaviour);
    const examination = { plan: samplePlan, versions: {}, queries: [], recipients: [], targets: [] };
    return inEnglish((await nginx.examine?.(connectionTo(server.url), examination, surroundings, never)) ?? []);
  };
  const says =
    (changes: object): Behaviour =>
    (_request, response) =>
      response.end(JSON.stringify({ ...about, ...changes }));

  test("finds nothing wrong where all is well, and names versions and workers", async () => {
    const checks = await examine(says({}));
    expect(checks.map(({ verdict, remedy }) => [verdict, remedy])).toEqual([
      ["ok", null],
      ["ok", null],
      ["ok", null],
    ]);
    expect(checks[0]?.says).toBe("nginx 1.22.1 with 2 workers, Lua module 0.10.23, serin.lua 1.");
  });

  test.each<[string, Behaviour, string, string, RegExp]>([
    ["another script", says({ script: 2 }), "wrong", "serin.lua 2", /Copy serin\.lua/],
    ["an old module", says({ lua: 10_015 }), "wrong", "0.10.15", /0\.10\.20/],
    ["a route that is not in nginx.conf", says({ routes: [] }), "doubtful", "does not know /", /serin\.configure/],
    ["no state file", says({ stateFile: null }), "doubtful", "None", /state_file/],
    ["a state file that cannot be written", says({ stateFile: "Permission denied" }), "doubtful", "Permission denied", /may write/],
    ["another token", (_request, response) => response.writeHead(401).end("{}"), "wrong", "401", /token_file/],
    ["nobody", "refuses", "wrong", "connection refused", /serin\.lua/],
    ["somebody else", (_request, response) => response.end("<html>"), "wrong", "not that of serin.lua", /serin\.lua/],
  ])("%s is named with a remedy", async (_says, behaviour, verdict, words, remedy) => {
    const found = (await examine(behaviour)).find((check) => check.verdict !== "ok");
    expect(found).toMatchObject({ verdict, says: expect.stringContaining(words), remedy: expect.stringMatching(remedy) });
    expect(JSON.stringify(found)).not.toContain(token);
  });
});
