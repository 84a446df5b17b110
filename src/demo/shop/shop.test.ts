import { afterEach, expect, test } from "vitest";
import { serveBackend } from "./backend.ts";
import { serveFrontend } from "./frontend.ts";
import type { Listening } from "./listen.ts";
import { servePriceTruth } from "./price-truth.ts";
import { mischiefOf } from "./fault.ts";
import type { Fault } from "./fault.ts";
import { serveShop, shopEnvironment } from "./serve.ts";
import { faultsOf } from "../scenarios.ts";
import { fairWeather } from "../weather.ts";

const open: Listening[] = [];
const kept = async (listening: Promise<Listening>): Promise<string> => {
  const one = await listening;
  open.push(one);
  return one.url;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.close()));
});

test("the frontend serves its pages and the script of its own version only", async () => {
  const url = await kept(serveFrontend({ port: 0, version: "2" }));
  const other = await kept(serveFrontend({ port: 0, version: "1" }));
  const home = await fetch(`${url}/`);
  expect(home.status).toBe(200);
  expect(home.headers.get("content-type")).toContain("text/html");
  expect(home.headers.get("demo-version")).toBe("2");
  const html = await home.text();
  expect(html).toContain('action="/api/trial"');
  expect(html).toContain('action="/api/orders"');
  const script = /<script src="(\/assets\/app-[0-9a-f]{8}\.js)"/.exec(html)?.[1] ?? "";
  expect((await fetch(url + script)).status).toBe(200);
  expect((await fetch(other + script)).status).toBe(404);
  expect((await fetch(`${url}/dashboard`)).status).toBe(401);
  const dashboard = await fetch(`${url}/dashboard`, { headers: { cookie: "session=0123456789abcdef" } });
  expect(dashboard.status).toBe(200);
  expect((await fetch(`${url}/assets/cart.svg`)).headers.get("content-type")).toBe("image/svg+xml");
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test("the backend logs in with a cookie, and only then takes trials and orders", async () => {
  const url = await kept(serveBackend({ port: 0, version: "1" }));
  expect((await fetch(`${url}/api/products`)).status).toBe(200);
  expect((await fetch(`${url}/api/trial`, { method: "POST", body: "{}" })).status).toBe(401);
  const login = await fetch(`${url}/api/login`, { method: "POST", body: "{}" });
  const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
  expect(cookie).toMatch(/^session=[0-9a-f]{16}$/);
  for (const path of ["/api/trial", "/api/orders"]) {
    expect((await fetch(url + path, { method: "POST", body: "{}", headers: { cookie } })).status).toBe(201);
  }
  expect((await fetch(`${url}/api/login`)).status).toBe(404);
});

test("counts every answer by status, route and time, but not the looks of the monitoring", async () => {
  const url = await kept(serveBackend({ port: 0, version: "1" }));
  await (await fetch(`${url}/health`)).text();
  await (await fetch(`${url}/api/products`)).text();
  await (await fetch(`${url}/api/trial`, { method: "POST" })).text();
  const page = await (await fetch(`${url}/metrics`)).text();
  const requests = page.split("\n").filter((line) => line.startsWith("http_requests_total{"));
  expect(requests.sort()).toEqual([
    'http_requests_total{method="GET",route="/api/products",status="200",service="backend",version="1"} 1',
    'http_requests_total{method="POST",route="/api/trial",status="401",service="backend",version="1"} 1',
  ]);
  for (const bound of ["0.5", "2"]) expect(page).toContain(`http_request_duration_seconds_bucket{le="${bound}",service="backend"`);
  expect(page).toMatch(/^shop_fatal_errors_total\{.*\} 0$/m);
  const startedSeconds = Number(/^process_start_time_seconds\{.*\} ([\d.]+)$/m.exec(page)?.[1]);
  expect(Math.abs(Date.now() / 1000 - startedSeconds)).toBeLessThan(3600);
  expect(Number(/^process_cpu_seconds_total\{.*\} ([\d.]+)$/m.exec(page)?.[1])).toBeGreaterThan(0);
  expect(Number(/^process_resident_memory_bytes\{.*\} ([\d.e+]+)$/m.exec(page)?.[1])).toBeGreaterThan(1_000_000);
});

test("version 2-errors fails one answer in twenty, marked with the moment of the first", async () => {
  const url = await kept(serveBackend({ port: 0, version: "2-errors" }));
  const beforeMs = Date.now();
  const moments = new Set<string | null>();
  let failed = 0;
  for (let asked = 0; asked < 1000; asked += 1) {
    const answer = await fetch(`${url}/api/products`);
    await answer.text();
    expect(answer.headers.get("demo-fault")).toBe(answer.status === 500 ? "errors" : null);
    if (answer.status === 500) {
      failed += 1;
      moments.add(answer.headers.get("demo-first-fault-ms"));
    }
  }
  expect(failed).toBeGreaterThan(25);
  expect(failed).toBeLessThan(80);
  expect(moments.size).toBe(1);
  const firstMs = Number([...moments][0]);
  expect(firstMs).toBeGreaterThanOrEqual(beforeMs);
  expect(firstMs).toBeLessThanOrEqual(Date.now());
});

test.each<[string, Fault, number, ReturnType<ReturnType<typeof mischiefOf>["next"]>["kind"]]>([
  ["errors hit their service", { kind: "errors", service: "backend", ratio: 1, fromPhase: 0 }, 0, "error"],
  ["errors leave the other service alone", { kind: "errors", service: "frontend", ratio: 1, fromPhase: 0 }, 0, "none"],
  ["a fault waits for its phase", { kind: "errors", service: "backend", ratio: 1, fromPhase: 1 }, 0, "none"],
  ["and goes on after it", { kind: "errors", service: "backend", ratio: 1, fromPhase: 1 }, 2, "error"],
  ["slow answers come late", { kind: "slow", service: "backend", ratio: 1, delayMs: 3000, fromPhase: 0 }, 0, "late"],
  ["a fatal error answers as if nothing were", { kind: "fatal", service: "backend", afterAnswers: 0, fromPhase: 0 }, 0, "fatal"],
  ["and comes after so many answers, not before", { kind: "fatal", service: "backend", afterAnswers: 1, fromPhase: 0 }, 0, "none"],
])("%s", (_says, fault, phase, kind) => {
  expect(mischiefOf([fault], "backend").next({ ...fairWeather, phase }).kind).toBe(kind);
});

test("a fatal error comes once", () => {
  const mischief = mischiefOf([{ kind: "fatal", service: "backend", afterAnswers: 3, fromPhase: 0 }], "backend");
  const kinds = Array.from({ length: 20 }, () => mischief.next(fairWeather).kind);
  expect(kinds.map((kind, at) => [kind, at] as const).filter(([kind]) => kind !== "none")).toEqual([["fatal", 3]]);
});

test("an incident in the world spoils answers of a version without any fault", () => {
  const mischief = mischiefOf([], "backend");
  const mishaps = Array.from({ length: 2000 }, () => mischief.next({ ...fairWeather, incident: 0.05 }));
  const spoiled = mishaps.filter(({ kind }) => kind === "error");
  expect(Math.abs(spoiled.length / 2000 - 0.05)).toBeLessThan(0.02);
  expect(spoiled[0]).toEqual({ kind: "error", name: "incident" });
});

test("a missing form is missing for the same people every time", () => {
  const mischief = mischiefOf([{ kind: "missing-form", form: "trial", keeps: 0.25, fromPhase: 0 }], "frontend");
  const sessions = Array.from({ length: 2000 }, (_none, number) => `session-${number}`);
  const shown = sessions.filter((session) => mischief.shows("trial", session, fairWeather));
  expect(Math.abs(shown.length / 2000 - 0.25)).toBeLessThan(0.04);
  expect(shown.every((session) => mischief.shows("trial", session, fairWeather))).toBe(true);
  expect(sessions.every((session) => mischief.shows("order", session, fairWeather))).toBe(true);
});

test("a version that names an unknown fault is refused", async () => {
  expect(() => faultsOf("2-erors")).toThrow('no version "2-erors"');
  await expect(serveShop({ service: "backend", version: "3-nothing", port: 0, routes: [] })).rejects.toThrow("known suffixes are errors");
});

test("a port that is taken, or no port at all, is an error", async () => {
  const url = await kept(servePriceTruth(0));
  await expect(servePriceTruth(Number(new URL(url).port))).rejects.toThrow("EADDRINUSE");
  expect(() => shopEnvironment({})).toThrow("PORT must be a port number");
  expect(shopEnvironment({ PORT: "0", SERIN_VERSION: "2" })).toEqual({ port: 0, version: "2", shopUrl: null, priceTruthUrl: null });
});

test("PriceTruth's sources agree with most prices that are right and with none that is wrong, arm by arm", async () => {
  const url = await kept(servePriceTruth(0));
  expect((await fetch(`${url}/health`)).status).toBe(200);
  const consensus = async (arm: string): Promise<unknown> => (await fetch(`${url}/api/consensus?arm=${arm}`)).json();
  expect(await consensus("stable")).toEqual({ consensus: null, sources: 6 });
  const compare = async (arm: string, release: string, cents: number): Promise<void> => {
    const headers = { "serin-arm": arm, "serin-release": release };
    const answer = await fetch(`${url}/api/prices`, { method: "POST", headers, body: JSON.stringify({ product: "lamp", cents }) });
    expect(answer.status).toBe(200);
    await answer.text();
  };
  for (let asked = 0; asked < 100; asked += 1) {
    await compare("stable", "r1", 4900);
    await compare("canary", "r1", 9800);
  }
  expect(await consensus("canary")).toEqual({ consensus: 0, sources: 6 });
  const { consensus: agreed } = (await consensus("stable")) as { readonly consensus: number };
  expect(agreed).toBeGreaterThan(0.7);
  expect(agreed).toBeLessThan(0.97);
  await compare("canary", "r2", 4900);
  expect(await consensus("canary")).toEqual({ consensus: null, sources: 6 });
  expect((await fetch(`${url}/api/prices`, { method: "POST", body: "nonsense" })).status).toBe(400);
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
});

test("closing lets the answer in flight finish", async () => {
  const shop = await serveBackend({ port: 0, version: "1" });
  const answer = fetch(`${shop.url}/api/products`);
  await answer;
  await Promise.all([answer.then((done) => done.text()), shop.close()]);
  await expect(fetch(`${shop.url}/api/products`)).rejects.toThrow("fetch failed");
});
