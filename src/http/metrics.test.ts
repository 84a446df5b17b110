import { expect, test, vi } from "vitest";
import { smallApi } from "../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../test/fixtures/small-api.ts";
import { parseExposition, seriesName } from "../adapters/metrics/exposition/exposition.ts";
import { createClock } from "../engine/clock.ts";
import { StaleRevision } from "../ports.ts";
import type { MetricSource, World } from "../ports.ts";
import type { ShowReleaseAnswer } from "./contract.ts";
import { LastCalls } from "./last-calls.ts";
import { measureWorld } from "./measure-world.ts";
import { Meters } from "./meters.ts";

type Page = ReadonlyMap<string, number>;

const read = (text: string): Page => new Map(parseExposition(text).map((sample) => [seriesName(sample), sample.value]));
const pageOf = async (api: SmallApi): Promise<Page> => read(await (await api.call("GET", "/metrics", { as: "vera" })).text());
const show = async (api: SmallApi, id: string) => (await (await api.call("GET", `/api/v1/releases/${id}`)).json()) as ShowReleaseAnswer;
const ask = async (api: SmallApi, id: string, kind: string): Promise<void> => {
  const headers = { "if-match": `"${(await show(api, id)).revision}"` };
  expect((await api.call("POST", `/api/v1/releases/${id}/requests`, { headers, body: { kind, reason: "a test" } })).status).toBe(200);
};
const nothing = { releases: [], nowMs: 0, isTroubled: false, freezes: [], outbox: new Map() };
const soon = { interval: 50 };

test("a release shows where it stands, its share and its evidence while it runs, and nothing once it is over", async () => {
  const api = await smallApi();
  const before = await pageOf(api);
  expect(before.get('serin_build_info{version="0.0.0"}')).toBe(1);
  expect(before.get('serin_releases{status="observing"}')).toBe(0);
  const id = await api.begin();
  await vi.waitFor(async () => expect((await show(api, id)).status.kind).toBe("waiting"), soon);
  await ask(api, id, "approve");
  await vi.waitFor(async () => expect((await show(api, id)).status.kind).toBe("observing"), soon);
  const own = `environment="production",plan="shop",release="${id}"`;
  await vi.waitFor(async () => {
    const page = await pageOf(api);
    expect(page.get('serin_releases{status="observing"}')).toBe(1);
    expect(page.get(`serin_release_status{${own},status="observing"}`)).toBe(1);
    expect(page.get(`serin_release_share_wanted_percent{${own}}`)).toBe(10);
    expect(page.get(`serin_release_share_seen_percent{${own}}`)).toBe(10);
    expect(page.get(`serin_release_router_seen{${own}}`)).toBe(1);
    expect(page.get(`serin_release_phase{${own}}`)).toBe(1);
    expect(page.get(`serin_release_observe_seconds{${own}}`)).toBe(900);
    expect(page.get(`serin_release_source_up{${own},source="small"}`)).toBe(1);
    expect(
      page.get(`serin_check_line_log10{check="1.error-rate",${own.replace(",plan", ',kind="gate",plan')},side="pass"}`),
    ).toBeGreaterThan(1);
    expect(page.get(`serin_check_verdict{check="error-rate > 5%",${own.replace(",plan", ',kind="guard",plan')},verdict="undecided"}`)).toBe(
      1,
    );
    expect(page.get('serin_call_duration_seconds_count{name="small",outcome="answered",port="source"}')).toBeGreaterThan(0);
    expect(page.get('serin_call_duration_seconds_count{name="small",outcome="answered",port="router"}')).toBeGreaterThan(0);
    expect(page.get('serin_call_duration_seconds_count{name="commit",outcome="answered",port="store"}')).toBeGreaterThan(1);
    expect(page.get('serin_tick_duration_seconds_count{outcome="committed"}')).toBeGreaterThan(1);
    expect(page.get("serin_tick_late_seconds_count")).toBeGreaterThan(1);
  }, soon);
  await ask(api, id, "rollback");
  await vi.waitFor(async () => {
    const page = await pageOf(api);
    expect(page.get('serin_rollbacks_total{environment="production",in_time="true"}')).toBe(1);
    expect(page.get('serin_last_rollback_seconds{environment="production"}')).toBeLessThan(300);
    expect(page.get('serin_last_rollback_target_seconds{environment="production"}')).toBe(300);
    expect([...page.keys()].filter((name) => name.includes(id))).toEqual([]);
  }, soon);
});

test("the page says of its media type and of the process what Prometheus asks for", async () => {
  const api = await smallApi();
  const answer = await api.call("GET", "/metrics");
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const page = read(await answer.text());
  const ofProcess = ["process_start_time_seconds", "process_cpu_seconds_total", "process_resident_memory_bytes"];
  expect(ofProcess.filter((name) => !((page.get(name) ?? 0) > 0))).toEqual([]);
});

test("notices that are owed, and frozen environments", async () => {
  const meters = new Meters("1");
  const outbox = new Map([["slack", { notices: 3, oldestMs: 40_000 }]]);
  const freezes = [
    { environment: "production", release: "r1", untilMs: null },
    { environment: "staging", release: null, untilMs: 90_000 },
    { environment: "staging", release: null, untilMs: 120_000 },
  ];
  const page = read(await meters.page({ ...nothing, nowMs: 100_000, outbox, freezes, isTroubled: true }));
  expect(page.get('serin_outbox_notices{notifier="slack"}')).toBe(3);
  expect(page.get('serin_outbox_oldest_seconds{notifier="slack"}')).toBe(60);
  expect(page.get('serin_environment_frozen{by="halt",environment="production"}')).toBe(1);
  expect(page.get('serin_environment_frozen{by="hand",environment="staging"}')).toBe(1);
  expect(page.get('serin_environment_frozen_until_seconds{environment="staging"}')).toBe(120);
  expect(page.get('serin_environment_frozen_until_seconds{environment="production"}')).toBeUndefined();
  expect(page.get("serin_troubled")).toBe(1);
  const after = read(await meters.page({ ...nothing, nowMs: 100_000 }));
  expect([...after.keys()].filter((name) => /outbox|frozen/.test(name))).toEqual([]);
});

test("a measured world answers and fails as before, and each outcome is counted", async () => {
  const meters = new Meters("1");
  let trouble: Error | null = null;
  const source: MetricSource = {
    read: async () => {
      if (trouble !== null) throw trouble;
      return new Map([["q", { kind: "no-data" }]]);
    },
  };
  const bare = { clock: createClock(), store: {}, source: () => source } as unknown as World;
  const lastCalls = new LastCalls();
  const world = measureWorld(bare, { meters, lastCalls });
  const call = () =>
    world.source("small").read([], { release: "r", environment: "e", targets: [], sinceMs: 0 }, new AbortController().signal);
  expect([...(await call())]).toEqual([["q", { kind: "no-data" }]]);
  expect(world.source("small")).toBe(world.source("small"));
  trouble = new Error("away");
  await expect(call()).rejects.toBe(trouble);
  trouble = new StaleRevision();
  await expect(call()).rejects.toBe(trouble);
  const page = read(await meters.page(nothing));
  const counted = (outcome: string) => page.get(`serin_call_duration_seconds_count{name="small",outcome="${outcome}",port="source"}`);
  expect(["answered", "failed", "stale"].map(counted)).toEqual([1, 1, 1]);
});
