import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { shopWords } from "../bench/rollback/shop.ts";
import { haproxy } from "../src/adapters/traffic/haproxy.ts";
import { createNames } from "../src/adapters/traffic/haproxy/names.ts";
import { createRuntime } from "../src/adapters/traffic/haproxy/runtime.ts";
import { createClock } from "../src/engine/clock.ts";
import type { TrafficRouter, WantedTraffic } from "../src/ports.ts";
import { startSmallServer } from "./contract/small-server.ts";
import { samplePlan } from "./sample-plan.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const token = "a-token-that-nobody-may-see";
const never = new AbortController().signal;

/** What speaks on the socket in HAProxy's place: an answer to a line of commands, or a way to fail. */
type Speaker = ((line: string) => string) | "closes" | "hangs" | "floods";

async function speakAt(speaker: Speaker): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "serin-faults-"));
  const path = join(dir, "socket");
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("data", (line: Buffer) => {
      if (speaker === "hangs") return;
      if (speaker === "closes") return void socket.destroy();
      if (speaker === "floods") return void socket.end(Buffer.alloc(17 * 1024 * 1024, "x"));
      socket.end(speaker(line.toString("utf8")));
    });
  }).listen(path);
  await once(server, "listening");
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    server.close();
    await rm(dir, { recursive: true });
  });
  return path;
}

interface At {
  readonly url?: string;
  readonly timeout?: string;
}
const connectionTo = (socket: string, { url = "http://127.0.0.1:1", timeout = "10s" }: At = {}) =>
  haproxy.connection.parse({ socket, url, folder: join(tmpdir(), "serin-no-such-folder"), token, timeout });
const surroundings = { clock: createClock(), dataDir: "unused" };
const routerAt = (socket: string, at?: At): TrafficRouter => haproxy.create(connectionTo(socket, at), surroundings);

const targets = { shop: { canary: ["http://127.0.0.1:1"], stable: ["http://127.0.0.1:2"] } };
const wanted = shopWords(targets)({ sharePct: 10, routes: [{ path: "/", service: "shop" }] });

const header = "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_port";
const whole = [
  "0x1 state 100/99999999999999/everyone/aaaaaaaaaaa/1/00000000000000000000000000000000/00000000000000000000000000000000/1/stable/shop-1\n",
  `1\n${header}\n4 serin_shop_stable 1 stable1 127.0.0.1 2 4 3000\n`,
  "# table: serin_people, type: string, size:10240, used:1\n0x2: key=aaaaaaaaaaa.canary use=0 exp=1 gpt0=1 gpc0=NaN http_req_cnt=-5\n",
  "# name\nserin\nserin_rules_1_000000000000\n\n",
].join("\n");

describe("haproxy: whatever speaks on the socket, nothing is believed that is not an answer", () => {
  test.each<[string, Speaker, RegExp]>([
    ["nobody answers in time", "hangs", /no answer within 300 ms/],
    ["the connection is closed", "closes", /closed without an answer|cannot be asked/],
    ["the answer is far too large", "floods", /larger than/],
    ["nothing is said", () => "", /without an answer/],
    ["it is a page", () => "HTTP/1.1 500 Internal Server Error\r\n\r\n<html>oops</html>\n", /cut short/],
    ["the answer is cut short", () => whole.slice(0, whole.length - 60), /cut short/],
    ["the level is too low", () => "Permission denied\n\n", /level admin/],
    ["the map is unknown", () => `Unknown map identifier. Please use #<id> or <file>.\n\n${whole}`, /has no map/],
  ])("%s", async (_name, speaker, says) => {
    const router = routerAt(await speakAt(speaker), speaker === "hangs" ? { timeout: "300ms" } : {});
    const calls = [
      () => router.observe(never),
      () => router.apply(wanted, never),
      () => router.attempt({ request: "GET /", arms: {} }, never),
    ];
    for (const call of calls) {
      const thrown: unknown = await call().then(
        () => "resolved",
        (error: unknown) => error,
      );
      expect(thrown).toBeInstanceOf(Error);
      expect(String(thrown)).toMatch(says);
      expect(String(thrown)).not.toContain(token);
    }
  });

  test("there is no socket, or nobody listens at the port", async () => {
    await expect(routerAt("/no/such/socket").observe(never)).rejects.toThrow("there is no such socket");
    await expect(routerAt("127.0.0.1:1").observe(never)).rejects.toThrow("nobody listens there");
  });

  test("numbers that are none count as nothing", async () => {
    const seen = await routerAt(await speakAt(() => whole)).observe(never);
    expect(seen).toMatchObject({ release: "shop-1", sharePct: 1, drawn: { canary: 0, stable: 0 }, forwarded: { canary: 0, stable: 0 } });
  });

  test("an entry that is none of serin's is no release, and is written over", async () => {
    const lines: string[] = [];
    const socket = await speakAt((line) => {
      lines.push(line);
      return line.startsWith("show") ? whole.replace(/state 100\S+/, "state garbage") : "\n";
    });
    expect(await routerAt(socket).observe(never)).toMatchObject({ release: null, sharePct: 0 });
    const rules = await rulesOf(wanted);
    const there = await speakAt((line) => {
      lines.push(line);
      return line.startsWith("show") ? withRoom(rules) : "No such server.\n\n";
    });
    await expect(routerAt(there).apply(wanted, never)).rejects.toThrow("HAProxy says: No such server.");
    expect(lines.some((line) => line.includes(";set map "))).toBe(true);
  });
});

describe("haproxy: commands", () => {
  test.each([
    "",
    "nothing changed by 'stats socket command'",
    "no need to change the addr, port changed from '1' to '2' by 'stats socket command'",
    "IP changed from '127.0.0.1' to '127.0.0.2', no need to change the port by 'stats socket command'",
  ])("what every version says when all is well is no complaint: %j", async (says) => {
    const rules = await rulesOf(wanted);
    const socket = await speakAt((line) => (line.startsWith("show") ? withRoom(rules) : `${says}\n\n`));
    await expect(routerAt(socket).apply(wanted, never)).rejects.toThrow(/a reload would not: \S+ cannot be written \(ENOENT/);
  });

  test("nobody's way home waits for a folder that cannot be written", async () => {
    const home = { ...wanted, sharePct: 0 };
    const rules = await rulesOf(home);
    const lines: string[] = [];
    const socket = await speakAt((line) => {
      lines.push(line);
      return line.startsWith("show") ? withRoom(rules) : "\n";
    });
    await routerAt(socket).apply(home, never);
    expect(lines.some((line) => /(?:add|set) map /.test(line))).toBe(true);
  });

  test("more than a line of HAProxy's holds goes in several, in order", async () => {
    const lines: string[] = [];
    const socket = await speakAt((line) => {
      lines.push(line.trim());
      return "ok\n";
    });
    const commands = Array.from(
      { length: 500 },
      (_, index) => `set server serin_a_long_name_of_a_service_canary/canary${index} state ready`,
    );
    await createRuntime({ socket, withinMs: 5_000, clock: createClock() }).ask(commands, never);
    expect(lines.length).toBeGreaterThan(1);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(16_000);
    expect(lines.flatMap((line) => line.split(";"))).toEqual(commands);
  });
});

async function rulesOf({ routes, login }: WantedTraffic): Promise<string> {
  const { rulesName } = await import("../src/adapters/traffic/haproxy/rules.ts");
  return rulesName({ services: ["shop"], routes, login });
}

describe("haproxy: a share that falls waits for nothing", () => {
  const state =
    "0x1 state 1000/99999999999999/everyone/aaaaaaaaaaa/1/00000000000000000000000000000000/00000000000000000000000000000000/1/stable/shop-1\n";
  const stable = (...urls: readonly string[]): WantedTraffic["targets"] => ({ shop: { canary: [], stable: urls } });

  test.each<[string, WantedTraffic["targets"], string, RegExp]>([
    ["rules of another plan", stable("http://127.0.0.1:2"), "serin_rules_1_000000000000", /rules of another plan/],
    ["more addresses than there is room for", stable("http://127.0.0.1:2", "http://127.0.0.1:3"), "", /1 servers and 2 are needed/],
    ["a name that nobody knows", stable("http://name.invalid"), "", /name\.invalid/],
  ])("%s is said when everybody is on their way home, and before when the share does not fall", async (_name, to, rules, says) => {
    const told: string[] = [];
    const there = withRoom(rules === "" ? await rulesOf(wanted) : rules).replace("0x1 state garbage\n", state);
    const socket = await speakAt((line) => {
      if (line.startsWith("show")) return there;
      told.push(line.trim());
      return "\n";
    });
    const dir = await mkdtemp(join(tmpdir(), "serin-falls-"));
    onTestFinished(() => rm(dir, { recursive: true }));
    const router = haproxy.create({ ...connectionTo(socket), folder: dir }, surroundings);
    const word = { ...wanted, release: "shop-1", revision: 9, targets: to };
    await expect(router.apply({ ...word, sharePct: 20 }, never)).rejects.toThrow(says);
    expect(told).toEqual([]);
    await expect(router.apply({ ...word, sharePct: 0 }, never)).rejects.toThrow(says);
    expect(told).toEqual([expect.stringMatching(/^set map \S+serin\.map state 0\//)]);
    expect(await readFile(join(dir, "serin.map"), "utf8")).toMatch(/^state 0\//);
  });

  test("a name server that is silent delays a word by half a second, and is not asked twice", async () => {
    let asked = 0;
    const answer = Promise.withResolvers<string>();
    const resolve = (): Promise<string> => {
      asked += 1;
      return answer.promise;
    };
    const names = createNames({ clock: createClock(), resolve });
    const to = stable("http://shop.example:81");
    await expect(names.resolve(to)).rejects.toThrow("shop.example: its address is not known after 500 ms");
    await expect(names.resolve(to)).rejects.toThrow("not known after");
    answer.resolve("::1");
    expect(await names.resolve(to)).toEqual({ shop: { canary: [], stable: ["[::1]:81"] } });
    expect(asked).toBe(1);
  });
});

/** An answer with these rules, an unreadable entry, and a place for everything. */
function withRoom(rules: string): string {
  const backends = ["serin_shop_stable", "serin_shop_canary", "serin_shop_canary_files", "serin_shop_stable_files"];
  const rows = backends.flatMap((backend) => ["stable1", "canary1"].map((name, id) => `4 ${backend} ${id} ${name} 127.0.0.1 0 5 1`));
  const servers = `1\n${header}\n${rows.join("\n")}\n`;
  return ["0x1 state garbage\n", servers, "# table: serin_people, type: string\n", `# name\n${rules}\n\n`].join("\n");
}

describe("haproxy: attempts", () => {
  test("a way in that is not HAProxy with serin's rules is no answer of an arm", async () => {
    const door = await startSmallServer((_request, response) => void response.writeHead(200).end("hello"));
    onTestFinished(() => door.close());
    const attempt = routerAt(await speakAt(() => whole), { url: door.url }).attempt({ request: "GET /", arms: { shop: "canary" } }, never);
    await expect(attempt).rejects.toMatchObject({ name: "PortError", retry: "never" });
    await expect(attempt).rejects.not.toThrow(token);
  });
});

describe("haproxy: examine", () => {
  const examine = async (socket: string, at?: At) =>
    inEnglish(
      (await haproxy.examine?.(
        connectionTo(socket, at),
        { plan: samplePlan, queries: [], recipients: [], targets: [], versions: {} },
        surroundings,
        never,
      )) ?? [],
    );

  test.each<[string, () => Promise<string>, RegExp]>([
    ["no socket", async () => "/no/such/socket", /no such socket/],
    ["silence", () => speakAt("hangs"), /no answer within/],
  ])("%s is one red line with a remedy", async (_name, socket, says) => {
    const checks = await examine(await socket(), { timeout: "300ms" });
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({
      verdict: "wrong",
      says: expect.stringMatching(says) as string,
      remedy: expect.any(String) as string,
    });
  });

  test.each<[string, string, string]>([
    ["an older version", "Version: 2.2.9\n\nadmin\n", "It is 2.2.9."],
    ["something else", "hello\n\nadmin\n", "What answers there is not HAProxy."],
    ["a level that is too low", "Version: 2.6.12\n\noperator\nPermission denied\n", "Its level is not admin"],
  ])("%s is said", async (_name, answer, says) => {
    const checks = await examine(await speakAt(() => answer));
    const wrong = checks.filter(({ verdict }) => verdict === "wrong");
    expect(wrong.map((check) => check.says).join(" ")).toContain(says);
    expect(wrong.every(({ remedy }) => remedy !== null)).toBe(true);
  });

  test("an abort is thrown with its reason", async () => {
    const over = new AbortController();
    const reason = new Error("enough");
    over.abort(reason);
    const examination = { plan: samplePlan, queries: [], recipients: [], targets: [], versions: {} };
    await expect(haproxy.examine?.(connectionTo("/no/such/socket"), examination, surroundings, over.signal)).rejects.toBe(reason);
  });
});
