import { Agent } from "undici";
import { afterEach, expect, test, vi } from "vitest";
import { createCrowdCount } from "./crowd-count.ts";
import { createCrowd } from "./people.ts";
import type { Crowd } from "./people.ts";
import { habits, visitShop } from "./person.ts";
import type { Habits } from "./person.ts";
import { serveBackend } from "./shop/backend.ts";
import { serveFrontend } from "./shop/frontend.ts";
import { listen } from "./shop/listen.ts";
import type { Listening } from "./shop/listen.ts";
import { fairWeather } from "./weather.ts";

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.close()));
});

async function shopOf(version: string): Promise<(path: string) => string> {
  const frontend = await serveFrontend({ port: 0, version });
  const backend = await serveBackend({ port: 0, version });
  open.push(frontend, backend);
  return (path) => (path.startsWith("/api/") ? backend.url : frontend.url);
}

/** Looks at the page, and at nothing else. */
const onlyLooks: Habits = { trialRatio: 0, orderRatio: 0, browseRatio: 0, dashboardRatio: 0, emptyCacheRatio: 1, thinkMs: 0 };
const comes = async (crowd: Crowd, people: number): Promise<void> => {
  await vi.waitUntil(() => crowd.tally().people >= people, { interval: 20 });
  await crowd.leave();
};

test("new people come at the rate that is asked for, want what they want, and nothing fails", async () => {
  const originOf = await shopOf("1");
  const crowd = createCrowd({ originOf, seed: 1, habits: { ...habits, thinkMs: 2 } });
  const startedMs = performance.now();
  crowd.arrive(400);
  await vi.waitUntil(() => crowd.tally().people >= 800, { interval: 5 });
  const tookMs = performance.now() - startedMs;
  await crowd.leave();
  const tally = crowd.tally();
  expect(tookMs).toBeGreaterThan(1_400);
  expect(tally.turnedAway).toBe(0);
  expect(tally.failures).toEqual([]);
  expect(tally.failedRequests).toBe(0);
  expect(tally.usersHarmed).toBe(0);
  expect(tally.requests / tally.people).toBeGreaterThan(2.8);
  expect(tally.requests / tally.people).toBeLessThan(3.2);
  const metrics = await (await fetch(`${originOf("/api/")}/metrics`)).text();
  const taken = (route: string): number =>
    Number(new RegExp(`http_requests_total\\{method="POST",route="${route}",status="2.."[^}]*\\} (\\d+)`).exec(metrics)?.[1]);
  expect(taken("/api/login")).toBe(tally.people);
  expect(Math.abs(taken("/api/trial") / tally.people - 0.3)).toBeLessThan(0.05);
  expect(Math.abs(taken("/api/orders") / tally.people - 0.3)).toBeLessThan(0.05);
});

test("a deliberate fault harms people once each and is never a failed request", async () => {
  const crowd = createCrowd({ originOf: await shopOf("2-errors"), seed: 2, habits: { ...habits, thinkMs: 0 } });
  crowd.arrive(500);
  await comes(crowd, 400);
  const tally = crowd.tally();
  expect(tally.failedRequests).toBe(0);
  expect(tally.usersHarmed).toBeGreaterThan(20);
  expect(tally.usersHarmed).toBeLessThan(tally.people / 3);
  expect(tally.peopleByVersion).toEqual({ "2-errors": tally.people });
  expect(tally.firstFaultMs["2-errors"]).toBeLessThanOrEqual(Date.now());
});

test("an answer that fails by itself, and no answer at all, are failed requests with their reasons", async () => {
  const broken = await listen(0, (_request, response) => response.writeHead(502).end());
  open.push(broken);
  const failing = createCrowd({ originOf: () => broken.url, seed: 3, habits });
  failing.arrive(100);
  await comes(failing, 5);
  expect(failing.tally().failedRequests).toBe(failing.tally().requests);
  expect(failing.tally().failures[0]).toBe("POST /api/login 502");
  expect(failing.tally().usersHarmed).toBe(0);

  const gone = await listen(0, () => undefined);
  await gone.close();
  const refused = createCrowd({ originOf: () => gone.url, seed: 3, habits });
  refused.arrive(100);
  await comes(refused, 5);
  expect(refused.tally().failedRequests).toBe(refused.tally().requests);
  expect(refused.tally().failures[0]).toContain("ECONNREFUSED");
});

test("a page whose version has gone when it asks for its script is loaded again, and that is no failure", async () => {
  const asked: string[] = [];
  const shop = await listen(0, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const isOld = request.url === "/assets/app-00000000.js";
    const script = asked.length < 4 ? "app-00000000" : "app-11111111";
    response.writeHead(isOld ? 404 : 200, isOld ? { "serin-arm-changed": "1" } : {});
    response.end(`<script src="/assets/${script}.js" defer></script>`);
  });
  open.push(shop);
  const agent = new Agent();
  const count = createCrowdCount();
  const person = count.person();
  const tell = person.tell.bind(person);
  const visit = { shop: agent, originOf: () => shop.url, seed: "one", habits: onlyLooks, weather: () => fairWeather, tell };
  await visitShop(visit);
  await agent.close();
  expect(asked).toEqual(["POST /api/login", "GET /", "GET /assets/app-00000000.js", "GET /"]);
  expect(count.tally()).toMatchObject({ requests: 4, failedRequests: 0, failures: [] });
});

test("what a person does depends on the seed and not on the version met", async () => {
  const agent = new Agent();
  const story = async (version: string, seed: string): Promise<readonly string[]> => {
    const originOf = await shopOf(version);
    const said: string[] = [];
    await visitShop({
      shop: agent,
      originOf,
      seed,
      habits: { ...habits, emptyCacheRatio: 0, thinkMs: 0 },
      weather: () => fairWeather,
      tell: (answer) => said.push(answer.says),
    });
    return said;
  };
  const seeds = Array.from({ length: 12 }, (_none, number) => `person ${number}`);
  const first = await Promise.all(seeds.map((seed) => story("1", seed)));
  expect(await Promise.all(seeds.map((seed) => story("2", seed)))).toEqual(first);
  expect(new Set(first.map((said) => said.join(", "))).size).toBeGreaterThan(2);
  await agent.close();
});

test("measuring says how many people a second got through", async () => {
  const crowd = createCrowd({ originOf: await shopOf("1"), seed: 4, habits });
  const perSecond = await crowd.measure({ abreast: 4, forMs: 300 });
  expect(perSecond).toBeCloseTo(crowd.tally().people / 0.3, 6);
  expect(crowd.tally().failedRequests).toBe(0);
  await crowd.leave();
});
