import { fileURLToPath } from "node:url";

/** Where the two services of the shop listen. */
export interface ShopPorts {
  readonly frontend: number;
  readonly backend: number;
}

const shopFile = (name: string): string => fileURLToPath(new URL(`../../src/demo/shop/${name}.ts`, import.meta.url));

/** What differs from one release to another. */
export interface KillPlanOptions {
  readonly keepPrevious: "0" | "60m";
  /** How long each phase is observed; "1s" when it is not given. */
  readonly observe?: string;
}

/**
 * The demo's shop, released in two phases of a second each (or as long as `options` say), by two people. The first 5xx of the new version takes it back; a good one needs some
 * sixty requests without one in each phase. Every kind of series that the edge counts is read: requests, latency, people. A new version may
 * take its time: a deadline that comes early because the clock was set forward is not what is tried here.
 */
export function killPlan(ports: ShopPorts, { keepPrevious, observe = "1s" }: KillPlanOptions): string {
  const workload = (name: keyof ShopPorts): string =>
    `{ kind: process, command: ${JSON.stringify([process.execPath, shopFile(name)])}, port: ${ports[name]}, stopWithin: 2s }`;
  const gates = `{ errors: none, 5xx-rate: { pass: "< 20%", fail: "> 50%" } }`;
  return `apiVersion: serin.dev/v1
kind: ReleasePlan
metadata: { name: kill, title: A release under fire, environment: production, timeZone: Europe/Paris, language: en }
services:
  - { name: frontend, workload: ${workload("frontend")}, data: expand-only }
  - { name: backend, workload: ${workload("backend")}, data: expand-only }
traffic:
  kind: edge
  login: "POST /api/login"
  routes: { /: frontend, /api: backend }
  goals: { trial: { request: "POST /api/trial", within: 1s } }
smoke: ["GET /", "GET /api/products"]
scrape: 200ms
metrics:
  errors: { kind: count, source: edge, bad: 5xx, rate: 0.05 }
  5xx-rate: { kind: ratio, source: edge, bad: 5xx }
  latency: { kind: latency, source: edge }
  trial-activation: { kind: ratio, unit: person, source: edge, goal: trial }
phases:
  - { name: half, share: 50%, audience: new-logins, observe: ${observe}, extend: 20s, gates: ${gates} }
  - { name: all, share: 100%, audience: everyone, observe: ${observe}, extend: 20s, gates: ${gates} }
guards:
  - { when: "5xx-rate > 50%", then: rollback }
  - { when: "latency p95 > 10s", then: rollback }
  - { when: "trial-activation < 0.1%", then: stop }
people:
  start: { all: [release-manager, qa-lead] }
  advance: { all: { all: [release-manager] } }
  rollback: { any: [release-manager] }
readyWithin: 24h
keepPrevious: ${keepPrevious}
notify: [{ receiver: team }, { receiver: owners }]
`;
}
