import { expect, onTestFinished, test } from "vitest";
import type { Role } from "../src/core/plan.ts";
import type { ReleaseView } from "../src/http/release-view.ts";
import { openSimulatedServer } from "../src/sim/serve.ts";
import type { SimulatedServer, SimulatedServerOptions } from "../src/sim/serve.ts";

const minuteMs = 60_000;
const versions = { frontend: "ecomsimply/frontend:3.0.0", backend: "ecomsimply/backend:3.0.0" };

async function open(options: Partial<SimulatedServerOptions> = {}): Promise<SimulatedServer> {
  const server = await openSimulatedServer({ speed: 1, ...options });
  onTestFinished(() => server.close());
  return server;
}

function callsTo(server: SimulatedServer) {
  const call = async (who: string, method: string, path: string, sent: { readonly body?: object; readonly headers?: object } = {}) => {
    const headers = { authorization: `Bearer ${server.tokenOf(who)}`, "content-type": "application/json", ...sent.headers };
    const response = await fetch(server.url + path, { method, headers, ...(sent.body && { body: JSON.stringify(sent.body) }) });
    return { status: response.status, body: await response.json() };
  };
  const begin = async (): Promise<string> => {
    const headers = { "idempotency-key": "begin" };
    const body = { plan: server.plan, versions, reason: "the new design" };
    const begun = await call("Omar Benali", "POST", "/api/v1/releases", { body, headers });
    expect(begun).toMatchObject({ status: 201, body: { problems: [] } });
    return (begun.body as { id: string }).id;
  };
  const view = async (id: string) => (await call("Inès Moreau", "GET", `/api/v1/releases/${id}`)).body as ReleaseView;
  const approve = async (id: string, ...roles: readonly Role[]) => {
    for (const role of roles) {
      const who = server.people.find((person) => person.roles.includes(role))?.name ?? role;
      const headers = { "if-match": `"${(await view(id)).revision}"` };
      const answer = await call(who, "POST", `/api/v1/releases/${id}/requests`, { body: { kind: "approve", reason: "seen" }, headers });
      expect(answer).toMatchObject({ status: 200 });
    }
  };
  return { call, begin, view, approve };
}

test("the whole plan by the real API, as fast as a test wants it", async () => {
  const server = await open();
  const { begin, view, approve } = callsTo(server);
  const id = await begin();
  expect(await view(id)).toMatchObject({ status: { kind: "waiting" }, versions: { frontend: { canary: versions.frontend } } });
  await approve(id, "release-manager", "qa-lead");
  await server.until(id, ({ release }) => release.status.kind === "observing", 5 * minuteMs);
  await approve(id, "release-manager", "qa-lead");
  const isAt50 = await server.until(id, ({ release }) => "phase" in release.status && release.status.phase === 1, 20 * minuteMs);
  expect(isAt50.release.status).toMatchObject({ phase: 1 });
  server.playground.begin({ kind: "slow-answers", share: 0.2, ms: 3_000, metrics: ["latency"] });
  await server.playground.pass(minuteMs);
  expect(await view(id)).toMatchObject({ tone: "danger", countdown: { kind: "countdown", check: "latency p95 > 2s" } });
  await server.playground.pass(5 * minuteMs);
  expect(await view(id)).toMatchObject({ status: { kind: "rolled-back" }, traffic: { seenPct: 0 } });
  expect(server.playground.notices().map(({ to }) => to)).toEqual(expect.arrayContaining(["#releases", "stakeholders"]));
});

test("a trouble that is over does no harm, and what is cut off comes back", async () => {
  const server = await open();
  const { begin, view, approve } = callsTo(server);
  const id = await begin();
  await approve(id, "release-manager", "qa-lead");
  await server.until(id, ({ release }) => release.status.kind === "observing", 5 * minuteMs);
  const mend = server.playground.cut("prometheus");
  await server.until(id, ({ release }) => release.status.kind === "holding", 5 * minuteMs);
  expect(await view(id)).toMatchObject({ status: { why: { kind: "no-data" } } });
  mend();
  await server.until(id, ({ release }) => release.status.kind === "observing", 5 * minuteMs);
  server.playground.begin({ kind: "failed-requests", share: 0.05, who: "new version" });
  server.playground.heal();
  await server.playground.pass(2 * minuteMs);
  expect((await view(id)).status.kind).toBe("observing");
});

test("a scenario meets the release from its first share on", async () => {
  const server = await open({ scenario: "errors" });
  const { begin, view, approve } = callsTo(server);
  const id = await begin();
  await approve(id, "release-manager", "qa-lead");
  await server.until(id, ({ release }) => release.status.kind === "rolled-back", 5 * minuteMs);
  expect(await view(id)).toMatchObject({
    tone: "over",
    guards: expect.arrayContaining([expect.objectContaining({ id: "5xx-rate > 1%" })]),
  });
});

test("time passes by itself at the speed that was asked for", async () => {
  const server = await open({ speed: 600 });
  const beganMs = server.nowMs();
  await expect.poll(() => server.nowMs() - beganMs).toBeGreaterThan(minuteMs);
});
