import { parse } from "yaml";
import { expect, test } from "vitest";
import { behindHaproxy, placeServices, scalePlan } from "./demo-plan.ts";

const plan = `# the plan
services:
  - { name: frontend, workload: { kind: process, command: [node, old.js], port: 1 } }
  - { name: backend, workload: { kind: process, command: [node, old.js], port: 2, stopWithin: 5s } }
traffic: { goals: { trial: { request: "POST /api/trial", within: 5m } } }
scrape: 15s
metrics:
  latency: { kind: latency, where: 'service="backend"' }
  trial: { kind: ratio, matures: 10m }
phases:
  - { name: 10 %, observe: 15m, extend: 30m, gates: { latency: "p95 < 500ms" } } # first
guards:
  - { when: "latency p95 > 2s", then: rollback within 5m }
  - { when: "conversion < 50% of stable", then: "investigate 10m, then rollback" }
rollback: { automatic: 2m, manual: 5m }
readyWithin: 5m
keepPrevious: 0
`;

test("divides what is waited for and leaves lines, deadlines and time-outs alone", () => {
  const scaled = scalePlan(plan, 60);
  expect(parse(scaled)).toMatchObject({
    traffic: { goals: { trial: { within: "5s" } } },
    scrape: "250ms",
    metrics: { trial: { matures: "10s" } },
    phases: [{ observe: "15s", extend: "30s", gates: { latency: "p95 < 500ms" } }],
    rollback: { automatic: "2m", manual: "5m" },
    readyWithin: "5m",
    keepPrevious: 0,
  });
  expect(scaled).toContain("then: rollback within 5s");
  expect(scaled).toContain('then: "investigate 10s, then rollback"');
  expect(scaled).toContain('"latency p95 > 2s"');
  expect(parse(scaled).services[1].workload.stopWithin).toBe("5s");
  expect(scaled).toContain("# the plan");
  expect(scaled).toContain("# first");
});

test("is the same text at speed 1, never scrapes faster than it can read, and refuses nonsense", () => {
  expect(scalePlan(plan, 1)).toBe(plan);
  expect(parse(scalePlan(plan, 100_000))).toMatchObject({ scrape: "150ms", phases: [{ observe: "9ms" }] });
  expect(parse(scalePlan("name: a plan that does not say how often it scrapes", 50))).toMatchObject({ scrape: "300ms" });
  expect(() => scalePlan(plan, 0)).toThrow("above 0");
  expect(() => scalePlan(plan, Number.NaN)).toThrow("above 0");
});

test("puts services where they run here", () => {
  const placed = placeServices(plan, { backend: { command: ["/node", "/a b/backend.js"], port: 4711 } });
  const services = parse(placed).services;
  expect(services[0].workload).toEqual({ kind: "process", command: ["node", "old.js"], port: 1 });
  expect(services[1].workload).toEqual({ kind: "process", command: ["/node", "/a b/backend.js"], port: 4711, stopWithin: "5s" });
  expect(() => placeServices(plan, { cart: { command: [], port: 1 } })).toThrow("no service cart");
});

test("is the same plan behind HAProxy, without the windows that its clock would not keep", () => {
  const behindNginx =
    'metadata: { name: nginx, title: "The shop behind nginx" }\ntraffic: { kind: nginx, login: "POST /login" }\nwindows: { avoid: ["sat"] }\nscrape: 15s\n';
  expect(parse(behindHaproxy(behindNginx))).toEqual({
    metadata: { name: "haproxy", title: "The shop behind HAProxy" },
    traffic: { kind: "haproxy", login: "POST /login" },
    scrape: "15s",
  });
});
