import { writeFile } from "node:fs/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { kubePath } from "../src/adapters/kubernetes-client.ts";
import type { KubeObject } from "../src/adapters/kubernetes-client.ts";
import { gatewayApi } from "../src/adapters/traffic/gateway-api.ts";
import { createClock } from "../src/engine/clock.ts";
import type { TrafficRouter, WantedTraffic } from "../src/ports.ts";
import { createWords, twoServices } from "./fixtures/wanted-traffic.ts";
import { openGatewayWorld } from "./gateway/gateway-world.ts";
import type { GatewayWorld } from "./gateway/gateway-world.ts";
import { readRules } from "./kube/access.ts";
import type { Fault } from "./kube/faults.ts";
import { textOf } from "./tree.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const never = new AbortController().signal;
const apiVersion = "gateway.networking.k8s.io/v1";
const pathOf = (world: GatewayWorld, name: string): string =>
  kubePath({ apiVersion, namespace: world.namespace, plural: "httproutes", name });

interface Shop {
  readonly world: GatewayWorld;
  readonly router: TrafficRouter;
  readonly wanted: (changes?: Partial<WantedTraffic>) => WantedTraffic;
  /** Applies, lets the gateway take it, and reads back. */
  readonly put: (changes?: Partial<WantedTraffic>) => ReturnType<TrafficRouter["observe"]>;
}

/** A shop of two services behind two routes of the team's, `web` and `api`. */
async function openShop(real: string | null = null): Promise<Shop> {
  const world = await openGatewayWorld(real);
  onTestFinished(world.close);
  const rule = (path: string, name: string): object => ({
    matches: [{ path: { type: "PathPrefix", value: path } }],
    backendRefs: [{ name, port: 80 }],
  });
  await world.putRoute("web", [rule("/", "frontend")], { hostnames: ["shop.example"] });
  await world.putRoute("api", [rule("/api", "backend")]);
  const router = world.routerOf(["web", "api"]);
  const at = (name: string): string => `http://${name}.${world.namespace}.svc:80`;
  const wanted = createWords({
    ...twoServices,
    targets: {
      frontend: { canary: [at("frontend-canary")], stable: [at("frontend")] },
      backend: { canary: [at("backend-canary")], stable: [at("backend")] },
    },
  });
  const put: Shop["put"] = async (changes) => {
    await router.apply(wanted(changes), never);
    await world.gateway.sync();
    return router.observe(never);
  };
  return { world, router, wanted, put };
}

/** Merges `body` into a route as somebody else would. */
async function meddle({ world }: Shop, name: string, body: object): Promise<void> {
  const call = { method: "PATCH", path: pathOf(world, name), query: { fieldManager: "kubectl-edit" }, body } as const;
  await world.client.call({ ...call, as: "application/merge-patch+json" }, never);
}

const garble = (shop: Shop): Promise<void> => meddle(shop, "web-serin", { metadata: { annotations: { "serin.dev/traffic": "{" } } });

const clusters: readonly (readonly [string, string | null | undefined])[] = [
  ["the API server of this process", null],
  ["a real cluster", process.env["SERIN_TEST_KUBECONFIG"]],
];

describe.each(clusters)("on %s", (_name, real) => {
  if (real === undefined) {
    test("needs a cluster", (context) => context.skip("set SERIN_TEST_KUBECONFIG"));
    return;
  }

  test("the team's routes are never written, and serin's have one manager and go with the team's", async () => {
    const shop = await openShop(real);
    const { world, put } = shop;
    const own = async (): Promise<readonly unknown[]> =>
      Promise.all(["web", "api"].map(async (name) => [(await world.route(name))?.spec, (await world.route(name))?.metadata.generation]));
    const before = await own();
    for (const sharePct of [0, 10, 50, 100, 0]) expect((await put({ sharePct })).sharePct).toBe(sharePct);
    expect(await own()).toEqual(before);
    const [web, beside] = await Promise.all([world.route("web"), world.route("web-serin")]);
    expect(beside?.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([web?.metadata.uid]);
    expect(beside?.spec).toMatchObject({ hostnames: ["shop.example"], parentRefs: [{ name: "front" }] });
    const managers = (beside as KubeObject).metadata.managedFields ?? [];
    expect(managers.filter(({ subresource }) => subresource === undefined).map(({ manager, operation }) => [manager, operation])).toEqual([
      ["serin", "Apply"],
    ]);
  });

  test("a word that is in force already is not written again", async () => {
    const { world, router, wanted } = await openShop(real);
    const word = wanted({ sharePct: 20 });
    await router.apply(word, never);
    const version = async (): Promise<unknown> => (await world.route("web-serin"))?.metadata.resourceVersion;
    const first = await version();
    await router.apply(word, never);
    expect(await version()).toBe(first);
  });

  test("before the first word it knows no release", async () => {
    const { world, router } = await openShop(real);
    await world.gateway.sync();
    expect(await router.observe(never)).toMatchObject({ release: null, sharePct: 0, isServing: false });
  });

  test("what a gateway has not taken yet, or refuses, is not seen", async () => {
    const shop = await openShop(real);
    const { world, router, wanted, put } = shop;
    await put({ sharePct: 10 });
    await router.apply(wanted({ sharePct: 20 }), never);
    await expect(router.observe(never)).rejects.toThrow(/its gateway has not looked at it as it stands now/);
    await world.gateway.sync();
    expect((await router.observe(never)).sharePct).toBe(20);
    const { status, metadata } = (await world.route("web-serin")) as KubeObject;
    const refusing = JSON.parse(JSON.stringify(status).replace('"status":"True"', '"status":"False"')) as object;
    const say = (body: object): Promise<unknown> =>
      world.client.call(
        { method: "PATCH", path: `${pathOf(world, "web-serin")}/status`, as: "application/merge-patch+json", body: { status: body } },
        never,
      );
    await say(refusing);
    await expect(router.observe(never)).rejects.toThrow(`HTTPRoute ${world.namespace}/web-serin: Accepted is False`);
    await say(status as object);
    expect((await world.route("web-serin"))?.metadata.generation).toBe(metadata.generation);
    expect((await router.observe(never)).sharePct).toBe(20);
  });

  test("a hand in serin's route is seen and undone, one in the team's is followed", async () => {
    const shop = await openShop(real);
    const { world, router, wanted, put } = shop;
    await put({ sharePct: 100 });
    await meddle(shop, "web-serin", { spec: { rules: [{ backendRefs: [{ name: "frontend", port: 80 }] }] } });
    await expect(router.observe(never)).rejects.toThrow(/have changed since serin wrote/);
    const word = wanted({ sharePct: 100 });
    await router.apply(word, never);
    await world.gateway.sync();
    expect((await router.observe(never)).sharePct).toBe(100);
    await meddle(shop, "web", { spec: { hostnames: ["new.example"] } });
    await expect(router.observe(never)).rejects.toThrow(/have changed/);
    await router.apply(word, never);
    await world.gateway.sync();
    expect((await router.observe(never)).sharePct).toBe(100);
    expect((await world.route("web-serin"))?.spec).toMatchObject({ hostnames: ["new.example"] });
  });

  test("a service behind none of the routes, and a route that is not there, are said", async () => {
    const { world, wanted } = await openShop(real);
    await expect(world.routerOf(["web"]).apply(wanted({ sharePct: 10 }), never)).rejects.toThrow(
      /no rule of HTTPRoute .*\/web leads to backend/,
    );
    expect(await world.route("web-serin")).toBeNull();
    await expect(world.routerOf(["web", "gone"]).apply(wanted(), never)).rejects.toThrow(/HTTPRoute .*\/gone is not there/);
  });

  test("two controllers: the one with the older journal is not heard, though it read before the other wrote", async () => {
    const { world, router, wanted, put } = await openShop(real);
    await put({ sharePct: 10 });
    const [older, later] = [wanted({ sharePct: 50 }), wanted({ sharePct: 0 })];
    await Promise.all([router.apply(older, never), world.routerOf(["web", "api"]).apply(later, never)]);
    await world.routerOf(["web", "api"]).apply(later, never);
    await router.apply(older, never);
    await world.gateway.sync();
    expect((await router.observe(never)).sharePct).toBe(0);
  });
});

describe("the routes of a release change together", () => {
  const patches = (shop: Shop, from: number): readonly string[] =>
    (shop.world.api?.requests ?? []).slice(from).flatMap((line) => /^PATCH .*\/(\w+-serin)\?/.exec(line)?.[1] ?? []);

  test("the one that draws is written last while the share grows, and first while it falls", async () => {
    const shop = await openShop();
    const { world, put } = shop;
    await put({ sharePct: 0 });
    const written = async (changes: Partial<WantedTraffic>): Promise<readonly string[]> => {
      const from = world.api?.requests.length ?? 0;
      await put(changes);
      return patches(shop, from);
    };
    expect(await written({ sharePct: 10, audience: "new-logins" })).toEqual(["web-serin", "api-serin"]);
    expect(await written({ sharePct: 50, audience: "everyone" })).toEqual(["api-serin", "web-serin"]);
    expect(await written({ sharePct: 60, audience: "everyone" })).toEqual(["api-serin", "web-serin"]);
    expect(await written({ sharePct: 0 })).toEqual(["web-serin", "api-serin"]);
  });

  test("a change that reached one of them is said, and finished by the next try or undone by the next word", async () => {
    const shop = await openShop();
    const { world, router, wanted, put } = shop;
    await put({ sharePct: 10 });
    const half = async (sharePct: number): Promise<WantedTraffic> => {
      const word = wanted({ sharePct });
      world.api?.faults.add(
        { kind: "status", code: 500 },
        { fits: ({ method, path }) => method === "PATCH" && path.includes("/web-serin?") },
      );
      await expect(router.apply(word, never)).rejects.toThrow("500");
      world.api?.faults.clear();
      await world.gateway.sync();
      await expect(router.observe(never)).rejects.toThrow("the routes do not agree");
      return word;
    };
    await router.apply(await half(30), never);
    await world.gateway.sync();
    expect((await router.observe(never)).sharePct).toBe(30);
    await half(50);
    expect((await put({ sharePct: 0 })).sharePct).toBe(0);
  });

  test.each<[string, (shop: Shop) => Promise<unknown>, readonly string[], RegExp]>([
    [
      "one of them is gone",
      ({ world }) => world.client.call({ method: "DELETE", path: pathOf(world, "api") }, never),
      ["web"],
      /HTTPRoute .*\/api is not there/,
    ],
    [
      "one of them cannot be read",
      ({ world }) => Promise.resolve(world.api?.faults.add({ kind: "status", code: 500 }, { fits: ({ path }) => path.endsWith("/web") })),
      ["api"],
      /500/,
    ],
    [
      "the one that draws cannot be written",
      ({ world }) =>
        Promise.resolve(
          world.api?.faults.add(
            { kind: "status", code: 500 },
            { fits: ({ method, path }) => method === "PATCH" && path.includes("/web-serin?") },
          ),
        ),
      ["api"],
      /500/,
    ],
    [
      "the team divides people itself meanwhile",
      (shop) => meddle(shop, "web", { spec: { rules: [{ backendRefs: ["frontend", "frontend-2"].map((name) => ({ name, port: 80 })) }] } }),
      ["web", "api"],
      /^done$/,
    ],
    [
      "a service is behind none of them meanwhile",
      (shop) => meddle(shop, "api", { spec: { rules: [{ backendRefs: [{ name: "else", port: 80 }] }] } }),
      ["web", "api"],
      /^done$/,
    ],
    ["what they say is garbled", garble, ["web", "api"], /^done$/],
  ])("back at 0 waits for nothing: %s", async (_what, happens, home, says) => {
    const shop = await openShop();
    const { world, router, wanted, put } = shop;
    await put({ sharePct: 50 });
    await happens(shop);
    const failed = await router.apply(wanted({ sharePct: 0 }), never).then(
      () => "done",
      (error: unknown) => String(error),
    );
    expect(failed).toMatch(says);
    world.api?.faults.clear();
    for (const name of home) expect(JSON.stringify((await world.route(`${name}-serin`))?.spec)).toContain("/.serin/asleep");
    if (home.length === 1) return;
    await world.gateway.sync();
    expect((await router.observe(never)).sharePct).toBe(0);
  });

  test("a conflict is tried again at once; one that does not end is thrown", async () => {
    const { world, router, wanted } = await openShop();
    const conflict: Fault = { kind: "status", code: 409 };
    const isPatch = ({ method }: { readonly method: string }): boolean => method === "PATCH";
    world.api?.faults.add(conflict, { fits: isPatch, times: 3 });
    await router.apply(wanted({ sharePct: 10 }), never);
    world.api?.faults.add(conflict, { fits: isPatch });
    await expect(router.apply(wanted({ sharePct: 20 }), never)).rejects.toMatchObject({ code: 409 });
  });
});

describe("when the API is not well", () => {
  test.each<[string, Fault]>([
    ["401", { kind: "status", code: 401 }],
    ["403", { kind: "status", code: 403 }],
    ["429", { kind: "status", code: 429, retryAfterSeconds: 1 }],
    ["500", { kind: "status", code: 500 }],
    ["an error page", { kind: "html" }],
    ["half an answer", { kind: "truncated" }],
    ["more than anybody reads", { kind: "huge" }],
    ["a connection that is broken off", { kind: "refused" }],
    ["JSON of another kind", { kind: "garbage", text: '{"metadata":{"name":"web"},"spec":7}' }],
    ["a list", { kind: "garbage", text: "[]" }],
  ])("%s is an error, never a share, and no secret is in it", async (_what, fault) => {
    const { world, router, wanted, put } = await openShop();
    await put({ sharePct: 10 });
    world.api?.faults.add(fault);
    for (const call of [router.observe(never), router.apply(wanted({ sharePct: 50 }), never)]) {
      const error: unknown = await call.then(
        () => "answered",
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(Error);
      expect(`${(error as Error).message} ${String((error as Error).cause)}`).not.toContain("Bearer");
    }
    world.api?.faults.clear();
    await expect.poll(() => world.routerOf(["web", "api"]).observe(never)).toMatchObject({ sharePct: 10 });
  });
});

describe("doctor", () => {
  const examine = async ({ world }: Shop, routes: readonly string[], words: object = {}) => {
    const connection = gatewayApi.connection.parse({
      kubeconfig: world.kubeconfig,
      routes: routes.map((name) => `${world.namespace}/${name}`),
      ...words,
    });
    const plan = { traffic: { login: "POST /api/login" } } as never;
    const checks = await gatewayApi.examine?.(
      connection,
      { plan, queries: [], recipients: [], versions: {}, targets: [] },
      { clock: createClock(), dataDir: "unused" },
      never,
    );
    return inEnglish(checks ?? []).map(({ what, verdict, says, remedy }) => {
      expect(remedy === null).toBe(verdict === "ok");
      return `${verdict} ${what.replaceAll(world.namespace, "shop")}: ${says}`;
    });
  };

  test("looks at routes, rights and the class of the gateways", async () => {
    const shop = await openShop();
    await shop.world.gateway.sync();
    expect((await examine(shop, ["web", "api"])).map((line) => line.slice(0, 60))).toEqual([
      "ok HTTPRoute shop/web: Its gateways have taken it as it stan",
      "ok HTTPRoute shop/api: Its gateways have taken it as it stan",
      "ok right to create httproutes shop/web-serin: It is given.",
      "ok right to patch httproutes shop/web-serin: It is given.",
      "ok right to create httproutes shop/api-serin: It is given.",
      "ok right to patch httproutes shop/api-serin: It is given.",
      "ok right to get gateways shop/front: It is given.",
      "doubtful GatewayClass serin-shop: It has what can be asked f",
      "doubtful login and lease: The gateway draws at every request",
    ]);
    await shop.put();
    await garble(shop);
    expect(await examine(shop, ["web"])).toContainEqual(expect.stringMatching(/^wrong HTTPRoute shop\/web: .* is not one of serin's/));
    expect(await examine(shop, ["gone"])).toContainEqual(expect.stringMatching(/^wrong HTTPRoute shop\/gone: .* is not there/));
  });

  test.each<[string, readonly string[], RegExp]>([
    ["nothing", [], /^doubtful GatewayClass .*does not say what it can/],
    ["no methods", ["HTTPRouteResponseHeaderModification"], /^wrong GatewayClass .*HTTPRouteMethodMatching/],
    ["no headers of answers", ["HTTPRouteMethodMatching"], /^wrong GatewayClass .*HTTPRouteResponseHeaderModification/],
  ])("a class that says %s is told", async (_what, features, says) => {
    const shop = await openShop();
    const path = `${kubePath({ apiVersion, plural: "gatewayclasses", name: `serin-${shop.world.namespace}` })}/status`;
    const body = { status: { supportedFeatures: features.map((name) => ({ name })) } };
    await shop.world.client.call({ method: "PATCH", path, as: "application/merge-patch+json", body }, never);
    expect(await examine(shop, ["web"])).toContainEqual(expect.stringMatching(says));
  });

  test("the role that is shipped is enough for a release and for doctor", async () => {
    const shop = await openShop();
    const { world, wanted } = shop;
    world.api?.allow("serin", { name: "serin", rules: readRules(textOf("deploy/kubernetes/gateway-api-role.yaml"), world.namespace) });
    const kubeconfig = `${world.kubeconfig}-serin`;
    await writeFile(kubeconfig, world.api?.kubeconfig("serin") ?? "");
    const router = world.routerOf(["web", "api"], { kubeconfig });
    for (const sharePct of [0, 10, 100]) await router.apply(wanted({ sharePct }), never);
    await world.gateway.sync();
    expect((await router.observe(never)).sharePct).toBe(100);
    expect((await examine(shop, ["web", "api"], { kubeconfig })).filter((line) => line.startsWith("wrong"))).toEqual([]);
  });

  test("rights that are not given are named", async () => {
    const shop = await openShop();
    const { world } = shop;
    world.api?.allow("reader", {
      name: "reader",
      rules: [{ namespace: null, groups: ["gateway.networking.k8s.io"], resources: ["*"], verbs: ["get"], names: [] }],
    });
    const kubeconfig = `${world.kubeconfig}-reader`;
    await writeFile(kubeconfig, world.api?.kubeconfig("reader") ?? "");
    expect((await examine(shop, ["web"], { kubeconfig })).filter((line) => line.includes("right to"))).toEqual([
      "wrong right to create httproutes shop/web-serin: It is not given.",
      "wrong right to patch httproutes shop/web-serin: It is not given.",
      "ok right to get gateways shop/front: It is given.",
    ]);
  });
});
