import { describe, expect, test } from "vitest";
import { buildRules } from "../src/adapters/traffic/gateway-api/build-rules.ts";
import { httpRouteSchema } from "../src/adapters/traffic/gateway-api/http-route.ts";
import type { HttpRoute } from "../src/adapters/traffic/gateway-api/http-route.ts";
import { stateOfWanted } from "../src/adapters/traffic/gateway-api/route-state.ts";
import type { RouteState } from "../src/adapters/traffic/gateway-api/route-state.ts";
import type { WantedTraffic } from "../src/ports.ts";
import { twoServices, wantedTraffic } from "./fixtures/wanted-traffic.ts";
import { backendFor, ruleFor } from "./gateway/match-request.ts";
import type { ReadRoute, ReadRule } from "./gateway/match-request.ts";

const words = { cookie: "serin", secure: false };
const backend = (name: string, more: object = {}): object => ({ name, port: 80, ...more });

function teamsRoute(rules: readonly object[]): HttpRoute {
  return httpRouteSchema.parse({
    metadata: { name: "web", namespace: "shop", uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: { parentRefs: [{ name: "front" }], rules },
  });
}

const shop = teamsRoute([
  { matches: [{ path: { type: "PathPrefix", value: "/" } }], backendRefs: [backend("frontend")] },
  { matches: [{ path: { type: "PathPrefix", value: "/api" } }], backendRefs: [backend("backend")], timeouts: { request: "5s" } },
]);
const at = (name: string): string => `http://${name}.shop.svc:80`;

function wanted(changes: Partial<WantedTraffic> = {}): WantedTraffic {
  const arms = (name: string) => ({ canary: [at(`${name}-canary`)], stable: [at(name)] });
  return wantedTraffic({ ...twoServices, sharePct: 10, targets: { frontend: arms("frontend"), backend: arms("backend") }, ...changes });
}

/** A gateway and people in front of `own`, without a socket; chances come from a fixed sequence. */
function city(own = shop) {
  let state: RouteState | null = null;
  let rules: readonly ReadRule[] = [];
  let seed = 7;
  const chance = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const routes = (): readonly ReadRoute[] => {
    const beside = { metadata: { ...own.metadata, name: "web-serin", creationTimestamp: "2026-02-01T00:00:00Z" }, spec: { rules } };
    return [own, beside] as unknown as readonly ReadRoute[];
  };
  const person = () => {
    let cookie = "";
    return (line: string, accept = "*/*"): string => {
      const [method = "GET", url = "/"] = line.split(" ");
      const headers = { accept, ...(cookie === "" ? {} : { cookie }) };
      const found = ruleFor(routes(), { method, url, headers });
      const to = found === null ? null : backendFor(found.rule, chance());
      const [given] = (to?.filters ?? []).flatMap(({ responseHeaderModifier }) => responseHeaderModifier?.add ?? []);
      if (given !== undefined) cookie = given.value.split(";", 1)[0] ?? "";
      return to?.name ?? "nobody";
    };
  };
  return {
    person,
    rules: () => rules,
    set: (changes: Partial<WantedTraffic>) => {
      state = stateOfWanted(wanted(changes), state);
      rules = buildRules({ state, own, words }) as readonly ReadRule[];
    },
  };
}

const page = "text/html,application/xhtml+xml";

describe("growth", () => {
  test("10 % of new logins, then 50 % of everyone: the shares come out, and nobody leaves the canary", () => {
    const { person, set } = city();
    set({ sharePct: 10, audience: "new-logins" });
    const people = Array.from({ length: 4_000 }, person);
    const members = people.slice(0, 2_000);
    for (const one of members) one("POST /api/login");
    const armsOf = (all: readonly ((line: string, accept?: string) => string)[]): readonly string[] => all.map((one) => one("GET /", page));
    const first = armsOf(people);
    const share = (arms: readonly string[]): number => arms.filter((arm) => arm === "frontend-canary").length / arms.length;
    // Six standard deviations on either side.
    expect(Math.abs(share(first.slice(0, 2_000)) - 0.1)).toBeLessThan(0.041);
    expect(share(first.slice(2_000))).toBe(0);
    set({ sharePct: 50, audience: "everyone", revision: 2, phase: 1 });
    armsOf(people);
    const second = armsOf(people);
    expect(first.filter((arm, index) => arm === "frontend-canary" && second[index] !== arm)).toEqual([]);
    expect(Math.abs(share(second.slice(0, 2_000)) - 0.5)).toBeLessThan(0.07);
    expect(Math.abs(share(second.slice(2_000)) - 0.5)).toBeLessThan(0.07);
    expect(armsOf(people)).toEqual(second);
    // The same people on the backend, whatever they ask of it.
    expect(people.map((one) => one("PUT /api/cart"))).toEqual(second.map((arm) => arm.replace("frontend", "backend")));
    set({ sharePct: 75, audience: "everyone", revision: 3, phase: 2 });
    const third = armsOf(people);
    expect(second.filter((arm, index) => arm === "frontend-canary" && third[index] !== arm)).toEqual([]);
    expect(Math.abs(share(third) - 0.75)).toBeLessThan(0.042);
    set({ sharePct: 0, revision: 4 });
    expect(new Set([...armsOf(people), ...people.map((one) => one("GET /api"))])).toEqual(new Set(["frontend", "backend"]));
    set({ sharePct: 100, revision: 5 });
    expect(new Set([...armsOf([...people, person()]), person()("DELETE /api/x")])).toEqual(new Set(["frontend-canary", "backend-canary"]));
  });

  test("back to an earlier share, the same people have the canary", () => {
    const { person, set } = city();
    set({ sharePct: 20 });
    const people = Array.from({ length: 500 }, person);
    const arms = (): readonly string[] => people.map((one) => one("GET /", page));
    arms();
    const first = arms();
    set({ sharePct: 70, revision: 2 });
    arms();
    set({ sharePct: 20, revision: 3 });
    expect(arms()).toEqual(first);
    expect(arms()).toEqual(first);
  });

  test("who never returns a cookie never meets the canary, and a login is drawn at once", () => {
    const { person, set } = city();
    set({ sharePct: 99 });
    expect(new Set(Array.from({ length: 50 }, () => person()("GET /", page)))).toEqual(new Set(["frontend"]));
    expect(new Set(Array.from({ length: 50 }, () => person()("GET /api/products")))).toEqual(new Set(["backend"]));
    set({ sharePct: 99, audience: "new-logins", revision: 2 });
    expect(Array.from({ length: 50 }, () => person()("POST /api/login")).filter((arm) => arm === "backend-canary").length).toBeGreaterThan(
      40,
    );
    expect(person()("GET /api/login")).toBe("backend");
  });
});

describe("rules", () => {
  const cookies = (rule: ReadRule): readonly boolean[] =>
    (rule.matches ?? []).map(({ headers = [] }) => headers.some(({ name }) => name === "Cookie"));
  const draws = (rule: ReadRule): boolean => (rule.backendRefs ?? []).length > 1;

  test("at the first share one rule draws, and every other one of every service only matches the cookie, or greets", () => {
    for (const audience of ["new-logins", "everyone"] as const) {
      const { rules, set } = city();
      set({ audience });
      expect(rules().filter(draws)).toHaveLength(1);
      const others = rules().filter((rule) => !draws(rule));
      const greets = (rule: ReadRule): boolean => (rule.backendRefs?.[0]?.filters ?? []).length > 0;
      expect(others.filter((rule) => !greets(rule)).flatMap(cookies)).not.toContain(false);
      expect(others.filter(greets)).toHaveLength(audience === "everyone" ? 1 : 0);
    }
  });

  test("what the team's rule does beside stays: time-outs, filters, and the arm in a header", () => {
    const own = teamsRoute([
      {
        name: "api",
        matches: [{ path: { type: "PathPrefix", value: "/" } }],
        timeouts: { request: "5s" },
        filters: [
          { type: "URLRewrite", urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/v1" } } },
          { type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name: "x-team", value: "shop" }], remove: ["x-old"] } },
        ],
        backendRefs: [backend("frontend")],
      },
    ]);
    const { rules, set } = city(own);
    set({ audience: "new-logins" });
    expect(rules()[0]).toMatchObject({
      timeouts: { request: "5s" },
      filters: [
        { type: "URLRewrite" },
        {
          requestHeaderModifier: {
            set: [
              { name: "x-team", value: "shop" },
              { name: "serin-arm", value: "canary" },
              { name: "serin-release", value: "shop-1" },
            ],
            remove: ["x-old"],
          },
        },
      ],
    });
    expect(rules()[0]).not.toHaveProperty("name");
  });

  test("a rule that replaces the prefix of its path has one match, as the API wants it, and the login's path is replaced by the same", () => {
    const urlRewrite = { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/v1/" } };
    const path = { type: "PathPrefix", value: "/api" };
    const filters = [{ type: "URLRewrite", urlRewrite }];
    const own = teamsRoute([{ matches: [{ path }], filters, backendRefs: [backend("backend")] }, { backendRefs: [backend("frontend")] }]);
    const { rules, set } = city(own);
    const ofPrefix = (): readonly ReadRule[] => rules().filter((rule) => JSON.stringify(rule).includes("ReplacePrefixMatch"));
    set({ sharePct: 10, audience: "new-logins" });
    expect(ofPrefix().map(({ matches }) => matches?.length)).toEqual([1]);
    const login = rules().filter((rule) => JSON.stringify(rule).includes('"Exact","value":"/api/login"'));
    expect(login.map((rule) => JSON.stringify(rule.filters)).every((text) => text.includes('"replaceFullPath":"/v1/login"'))).toBe(true);
    set({ sharePct: 100, revision: 2 });
    expect(ofPrefix().map(({ matches }) => matches?.length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  test("nothing is to be done at share 0, and then no request falls under a rule", () => {
    const { rules, set } = city();
    set({ sharePct: 0 });
    expect(rules()).toHaveLength(1);
    expect(rules()[0]?.backendRefs ?? []).toEqual([]);
  });

  test("after a promotion everybody is sent to the previous version, with or without a cookie", () => {
    const { person, set } = city();
    set({ sharePct: 0 });
    const previous = (name: string) => ({ canary: [], stable: [at(`${name}-previous`)] });
    const targets = { frontend: previous("frontend"), backend: previous("backend") };
    set({ sharePct: 0, stableSlot: "previous", targets, revision: 2 });
    expect([person()("GET /", page), person()("POST /api/login")]).toEqual(["frontend-previous", "backend-previous"]);
  });

  const refused = (rules: readonly object[], changes: Partial<WantedTraffic> = {}): unknown => {
    try {
      return city(teamsRoute(rules)).set(changes);
    } catch (error) {
      return error;
    }
  };
  const match = (more: object): readonly object[] => [{ matches: [more], backendRefs: [backend("frontend")] }];

  test.each<[string, unknown, RegExp]>([
    ["a method", refused(match({ method: "GET" })), /HTTPRoute shop\/web: .* matches a method/],
    ["a regular expression", refused(match({ path: { type: "RegularExpression", value: "/.*" } })), /regular expression/],
    ["a Cookie", refused(match({ headers: [{ name: "cookie", value: "a=1" }] })), /matches Cookie or Accept/],
    ["shares of its own", refused([{ backendRefs: [backend("frontend"), backend("other")] }]), /splits people/],
    [
      "too many rules",
      refused(
        Array.from({ length: 9 }, (_, index) => ({ matches: [{ path: { value: `/${index}` } }], backendRefs: [backend("frontend")] })),
      ),
      /too many rules/,
    ],
    [
      "an address that is no Service",
      refused([], { targets: { frontend: { canary: [], stable: ["http://10.0.0.1:80"] } } }),
      /http:\/\/10\.0\.0\.1:80 is none/,
    ],
  ])("a team's route with %s is refused, and the reason said", (_what, error, says) => {
    expect(error).toMatchObject({ name: "PortError", retry: "never" });
    expect((error as Error).message).toMatch(says);
  });

  test("a Service that the team's rule names beside, without people, is no share of its own", () => {
    const { person, set } = city(teamsRoute([{ backendRefs: [backend("frontend"), backend("other", { weight: 0 })] }]));
    set({ sharePct: 100 });
    expect(person()("GET /")).toBe("frontend-canary");
  });
});
