import { metricSources } from "../../src/adapters/metrics/list.ts";
import { notifiers } from "../../src/adapters/notices/list.ts";
import { routers } from "../../src/adapters/traffic/list.ts";
import { workloads } from "../../src/adapters/workloads/list.ts";
import type { Adapters, Catalogue } from "../../src/config/catalogue.ts";
import { readServer } from "../../src/config/server-file.ts";

/** The adapters of this build. */
export const adapters: Adapters = { sources: metricSources, routers, workloads, notifiers };

/** A server file without a fault. */
export const soundServer = `apiVersion: serin.dev/v1
kind: Server
environments: [production, staging]
listen: 127.0.0.1:7707
connections:
  routers:
    edge: { kind: edge, control: ["http://127.0.0.1:8081"], token: { env: EDGE_TOKEN } }
  sources:
    edge: { kind: edge, control: ["http://127.0.0.1:8081"], token: { env: EDGE_TOKEN } }
    pricetruth: { kind: http, url: "http://127.0.0.1:4103" }
  notifiers:
    hook: { kind: webhook, url: "https://hooks.example/serin", secret: { file: hook.secret } }
people:
  - { name: rachel, roles: [release-manager] }
  - { name: claire, roles: [qa-lead], environments: [production] }
  - { name: rose, roles: [release-manager] }
`;

/** A plan without a fault, and without a warning. */
export const soundPlan = `apiVersion: serin.dev/v1
kind: ReleasePlan
metadata:
  name: shop
  environment: production
  timeZone: Europe/Paris
services:
  - name: frontend
    workload: { kind: process, command: [node, frontend.js], port: 4101 }
  - name: backend
    workload: { kind: process, command: [node, backend.js], port: 4102 }
traffic:
  kind: edge
  login: POST /api/login
  routes: { /: frontend, /api: backend }
  goals:
    order: { request: POST /api/orders, within: 5m }
metrics:
  errors: { kind: ratio, source: edge, bad: 5xx }
  latency: { kind: latency, source: edge }
  orders: { kind: ratio, source: edge, goal: order }
  memory: { kind: level, source: scrape, value: process_resident_memory_bytes, limit: 536870912 }
  fatals: { kind: count, source: scrape, bad: fatal_errors_total, total: http_requests_total }
  consensus: { kind: level, source: pricetruth, path: /api/consensus, select: "$.consensus" }
  pricetruth: { kind: probe, source: pricetruth, path: /health }
phases:
  - name: some
    share: 10%
    audience: new-logins
    observe: 15m
    gates:
      errors: { pass: < 0.5%, fail: "> 1%" }
      latency: { pass: p95 < 500ms, else: hold }
      orders: no regression
  - name: all
    share: 100%
    observe: 1h
    gates:
      memory: < 80% and stable
      fatals: none
      consensus: "> 70%"
guards:
  - { when: errors > 1%, then: rollback }
  - { when: latency p95 > 2s, then: rollback within 5m }
  - { when: pricetruth is down, then: halt }
windows:
  prefer: [tue-thu 14:00-17:00]
  avoid: [sat, holidays FR]
people:
  start: { all: [release-manager] }
  advance:
    all: { all: [qa-lead] }
notify:
  - { hook: team }
`;

/** What a plan may name when `soundServer` is the server's file. */
export function soundCatalogue(): Catalogue {
  return { ...adapters, server: readServer(soundServer, "serin.yaml", adapters).server };
}
