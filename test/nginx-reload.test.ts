import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { nginxReload } from "../src/adapters/traffic/nginx-reload.ts";
import { firstOrder, orderOf, renderInclude } from "../src/adapters/traffic/nginx-reload/include.ts";
import { createClock } from "../src/engine/clock.ts";
import type { TrafficRouter, WantedTraffic } from "../src/ports.ts";
import { startSmallServer } from "./contract/small-server.ts";
import type { Behaviour } from "./contract/small-server.ts";
import { hastyClock } from "./fixtures/hasty-clock.ts";
import { twoServices, wantedTraffic } from "./fixtures/wanted-traffic.ts";
import { samplePlan } from "./sample-plan.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const never = new AbortController().signal;
const wanted = wantedTraffic({ ...twoServices, revision: 7, sharePct: 12.5, audience: "new-logins" });
const include = (changes: Partial<WantedTraffic> = {}): string => renderInclude(orderOf({ ...wanted, ...changes }));

describe("the include", () => {
  test("has the share as the first part, the longest path first, and stable's addresses where the canary has none", () => {
    const text = include();
    expect(text).toContain("  12.50% canary;\n  * stable;");
    expect(text.indexOf('"~^/api(/|$)" backend')).toBeLessThan(text.indexOf('"~^(/|$)" frontend'));
    expect(text).toContain("upstream serin_frontend_stable {\n  server [::1]:3000 max_fails=0;\n  server shop.example:80 max_fails=0;");
    expect(text).toContain('"frontend/canary" serin_frontend_stable;');
    expect(text).toContain('"backend/canary" serin_backend_canary;');
    expect(text).toContain('"POST /api/login" 1;');
  });

  test("draws by the login alone for new logins, by pages too for everyone, and nobody at 0 % or before the first release", () => {
    const draws = (text: string): number => text.split('"serin=').length - 1;
    expect(draws(include())).toBe(1);
    expect(draws(include({ audience: "everyone" }))).toBe(2);
    expect(draws(include({ sharePct: 0 }))).toBe(0);
    expect(draws(renderInclude(firstOrder(wanted)))).toBe(0);
    expect(include({ sharePct: 0 })).not.toContain("% canary");
    expect(include({ sharePct: 100 })).toContain('$serin_arm {\n  default "canary";');
  });

  test("is the same for another revision, and another one for another release", () => {
    expect(include({ revision: 8, phase: 2 })).toBe(include());
    expect(include({ release: "shop-2" })).not.toBe(include());
  });

  test.each<[string, Partial<WantedTraffic>]>([
    ["a path that ends its word", { routes: [{ path: '/" frontend; } server {', service: "frontend" }] }],
    ["a service that begins a variable", { routes: [{ path: "/", service: "$host" }] }],
    ["a login with a comment", { login: "POST /api#login" }],
    ["an address with TLS", { targets: { frontend: { canary: [], stable: ["https://10.0.0.1"] } } }],
  ])("%s is refused for good", (_says, changes) => {
    expect(() => include(changes)).toThrow(expect.objectContaining({ name: "PortError", retry: "never" }));
  });

  test("a release of any name is only ever coded", () => {
    expect(include({ release: 'shop"; } server { # 1' })).not.toContain('shop"');
  });
});

interface World {
  readonly router: TrafficRouter;
  readonly file: string;
  readonly options: ReturnType<typeof nginxReload.connection.parse>;
}

async function world(seen: Behaviour, changes: object = {}): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), "serin-reload-"));
  const server = await startSmallServer(seen);
  onTestFinished(async () => {
    await server.close();
    await rm(dir, { recursive: true });
  });
  await server.behave(seen);
  const file = join(dir, "serin.conf");
  await writeFile(file, renderInclude(firstOrder(wanted)));
  const timeout = seen === "hangs" ? "1s" : "20s";
  const words = { include: file, seen: `${server.url}/serin/seen`, test: ["true"], reload: ["true"], timeout, ...changes };
  const options = nginxReload.connection.parse(words);
  return { router: nginxReload.create(options, { clock: hastyClock(), dataDir: dir }), file, options };
}

const says =
  (text: string, status = 200): Behaviour =>
  (_request, response) =>
    response.writeHead(status).end(text);
const coded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("what can go wrong", () => {
  test.each<[string, Behaviour]>([
    ["nobody listens", "refuses"],
    ["it is silent", "hangs"],
    ["the location is not there", says("no", 404)],
    ["it answers 500 with a page", says("<html>", 500)],
    ["another server answers", says("<html>")],
    ["it says what is no order", says(coded({ release: 7, sharePct: "much" }))],
  ])("%s: nothing is seen, no pair is tried, and an order is not taken for done", async (_says, behaviour) => {
    const { router } = await world(behaviour);
    await expect(router.observe(never)).rejects.toBeInstanceOf(Error);
    await expect(router.attempt({ request: "GET /", arms: {} }, never)).rejects.toBeInstanceOf(Error);
    await expect(router.apply(wanted, never)).rejects.toThrow("did not do what");
  });

  test.each<[string, object, RegExp]>([
    ["nginx does not take it", { test: ["sh", "-c", "echo 'emerg: no such thing' >&2; exit 1"] }, /no such thing/],
    ["it may not be reloaded", { reload: ["sh", "-c", "exit 3"] }, /failed \(3\)/],
    ["a program is not there", { test: ["/no/such/nginx", "-t"] }, /cannot be run \(ENOENT\)/],
    ["a program never ends", { test: ["sleep", "600"], timeout: "300ms" }, /not done within 300 ms/],
  ])("%s: it is said, and the include is what it was", async (_says, changes, message) => {
    const { router, file } = await world("refuses", changes);
    const before = await readFile(file, "utf8");
    await expect(router.apply(wanted, never)).rejects.toThrow(message);
    expect(await readFile(file, "utf8")).toBe(before);
  });

  test("a share that the file does not have is read by nginx, though a worker of the time before says that it has it", async () => {
    const dir = await mkdtemp(join(tmpdir(), "serin-old-"));
    onTestFinished(() => rm(dir, { recursive: true }));
    const reloads = join(dir, "reloads");
    const { router } = await world(says(coded(orderOf(wanted))), { reload: ["sh", "-c", `echo reload >> ${reloads}`] });
    await router.apply(wanted, never);
    expect(await readFile(reloads, "utf8")).toBe("reload\n");
    await router.apply({ ...wanted, revision: 8 }, never);
    expect(await readFile(reloads, "utf8"), "nothing but the revision is new").toBe("reload\n");
  });

  test("a first line that somebody has garbled is as none", async () => {
    const { router, file } = await world(says(coded(orderOf(wanted))));
    await writeFile(file, `# serin: {"release":7}\n${renderInclude(firstOrder(wanted))}`);
    await router.apply(wanted, never);
    expect(await readFile(file, "utf8")).toContain('# serin: {"release":"shop-1","revision":7}\n');
  });

  test("a test that takes longer than anybody waits goes to its end once, and the next word finds the change done", async () => {
    const dir = await mkdtemp(join(tmpdir(), "serin-slow-"));
    onTestFinished(() => rm(dir, { recursive: true }));
    const [runs, isEnough, isReloaded] = ["runs", "enough", "reloaded"].map((name) => join(dir, name)) as [string, string, string];
    const order = (): string => coded(existsSync(isReloaded) ? orderOf(wanted) : firstOrder(wanted));
    const { router } = await world((_request, response) => response.end(order()), {
      test: ["sh", "-c", `echo run >> ${runs}; until [ -e ${isEnough} ]; do sleep 0.02; done`],
      reload: ["touch", isReloaded],
    });
    const impatient = new AbortController();
    const first = router.apply(wanted, impatient.signal);
    await vi.waitFor(() => expect(existsSync(runs)).toBe(true));
    impatient.abort(new Error("the deadline is over"));
    await expect(first).rejects.toThrow("the deadline is over");
    const second = router.apply(wanted, never);
    await writeFile(isEnough, "");
    await second;
    expect(await router.observe(never)).toMatchObject({ release: "shop-1", sharePct: 12.5 });
    expect(await readFile(runs, "utf8")).toBe("run\n");
  });

  test("an include that nobody wrote yet is asked for by name", async () => {
    const { router } = await world("refuses", { include: "/no/such/serin.conf" });
    await expect(router.apply(wanted, never)).rejects.toThrow(
      '/no/such/serin.conf cannot be read: write it first with "serin router config"',
    );
  });
});

test("serin doctor looks at the include and asks nginx, and reloads nothing", async () => {
  const examine = async (changes: object) => {
    const { options } = await world("refuses", { reload: ["/no/such/program"], ...changes });
    const examination = { plan: samplePlan, versions: {}, queries: [], recipients: [], targets: [] };
    return inEnglish((await nginxReload.examine?.(options, examination, { clock: createClock(), dataDir: "unused" }, never)) ?? []);
  };
  expect((await examine({})).map(({ verdict }) => verdict)).toEqual(["ok", "ok"]);
  const wrong = await examine({ include: "/no/such/serin.conf", test: ["sh", "-c", "echo broken >&2; exit 1"] });
  expect(wrong.map(({ verdict, says: found }) => [verdict, found])).toEqual([
    ["wrong", expect.stringContaining("ENOENT")],
    ["wrong", expect.stringContaining("broken")],
  ]);
  expect(wrong.every(({ remedy }) => remedy !== null)).toBe(true);
});
