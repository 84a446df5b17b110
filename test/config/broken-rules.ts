import { routers } from "../../src/adapters/traffic/list.ts";
import { soundPlan } from "./sound-plan.ts";

import type { BrokenPlan } from "./broken-words.ts";

/** Plans whose parts are right, and do not fit each other. */
export const brokenRules: readonly BrokenPlan[] = [
  [
    "a share that does not grow",
    { from: "share: 10%", to: "share: 100%" },
    ["36:12 error: The share does not grow: 100% after 100%. Order the phases by share, each larger than the one before."],
  ],
  [
    "a last phase that is not for everybody",
    { from: "share: 100%", to: "share: 50%" },
    ["36:12 error: The last phase is for 50%, and promotion comes after it. Add a last phase of 100%."],
  ],
  [
    "an unknown metric in a gate",
    { from: "      latency: {", to: "      latencie: {" },
    ['33:7 error: There is no metric "latencie". Write "latency".'],
  ],
  [
    "an unknown metric in a guard",
    { from: "when: latency p95", to: "when: latancy p95" },
    ['44:13 error: There is no metric "latancy". Write "latency".'],
  ],
  [
    "a condition that does not fit a ratio",
    { from: 'errors: { pass: < 0.5%, fail: "> 1%" }', to: "errors: p95 < 500ms" },
    [
      '32:15 error: "p95 < 500ms" cannot be told of "errors", which is a ratio. Write a condition such as "< 0.5%", "> 70%", "< 50% of stable" or "no regression".',
    ],
  ],
  [
    "a line on a ratio without %",
    { from: "when: errors > 1%", to: "when: errors > 1" },
    ['43:13 error: "errors" is a share, and "> 1" has no %. Write "> 1%".'],
  ],
  [
    "a fail line on the good side",
    { from: 'fail: "> 1%"', to: 'fail: "> 0.1%"' },
    ['32:37 error: "> 0.1%" lies on the good side of "< 0.5%", so both could hold at once. Write a fail line at or beyond the pass line.'],
  ],
  [
    "a fail line that points the same way",
    { from: 'fail: "> 1%"', to: 'fail: "< 1%"' },
    ['32:37 error: "< 1%" points the same way as "< 0.5%": pass says what must hold, fail what must not. Turn the sign of the fail line.'],
  ],
  [
    "a probe as a gate",
    { from: "fatals: none", to: "pricetruth: is down" },
    ['40:19 error: "pricetruth" is a probe, and probes are for guards. Write a guard: { when: "pricetruth is down", then: halt }.'],
  ],
  [
    "an unknown source",
    { from: "source: pricetruth, path: /health", to: "source: pricetruht, path: /health" },
    ['25:38 error: There is no metric source "pricetruht". Write "pricetruth".'],
  ],
  [
    "an unknown kind of router",
    { from: "traffic:\n  kind: edge", to: "traffic:\n  kind: edg" },
    ['13:9 error: There are no routers of kind "edg". Write "edge".'],
  ],
  [
    "an unknown kind of workload",
    { from: "kind: process, command: [node, backend.js]", to: "kind: proces, command: [node, backend.js]" },
    ['11:23 error: There are no workloads of kind "proces". Write "process".'],
  ],
  [
    "a kind that this build does not have",
    { from: "traffic:\n  kind: edge", to: "traffic:\n  kind: istio" },
    [
      `13:9 error: This build has no router adapter of kind "istio": what depends on it is not checked, and no release of this plan begins. Use one that it has (${routers.map(({ kind }) => kind).join(", ")}), or a later version.`,
    ],
  ],
  [
    "a wrong word of a source",
    { from: "goal: order }", to: "gaol: order }" },
    [
      '21:40 error: "gaol" is no word of a ratio from edge. Write "goal".',
      '34:15 error: Nothing says whether more of "orders" is better or worse. Write "better: higher" or "better: lower" in the metric orders.',
    ],
  ],
  [
    "words that the source refuses",
    { from: "bad: 5xx", to: "bad: 6xx" },
    [
      '19:11 error: errors: bad: 6xx is not known to the edge. Write 5xx, 4xx, 4xx+5xx, affected, browser-errors, silent-pages, or "cls > 0.1". Look at docs/adapters/edge.md.',
    ],
  ],
  [
    "a page of an unknown service",
    { from: "phases:", to: "  page: { kind: score, source: axe, service: frontent }\nphases:" },
    ['26:46 error: There is no service "frontent". Write "frontend".'],
  ],
  [
    "a page without its service",
    { from: "phases:", to: "  page: { kind: score, source: axe, path: /dashboard }\nphases:" },
    ['26:3 error: The metric "page" lacks "service", which a score from axe needs. Add service: followed by the source\'s own words.'],
  ],
  [
    "sign-offs for the phase that the start enters",
    { from: "    all: { all: [qa-lead] }", to: "    some: { all: [qa-lead] }" },
    ['52:5 error: "some" is the first phase: it is entered when the release starts. Write these roles under people.start.'],
  ],
  [
    "requests called people",
    { from: "bad: 5xx", to: "bad: 5xx, unit: person" },
    ['19:56 error: These words count requests at the source "edge". Write "request", or leave it out.'],
  ],
  [
    "people where nobody counts them",
    { from: "limit: 536870912 }\n  fatals: { kind: count", to: "limit: 536870912 }\n  fatals: { unit: person, kind: count" },
    ['23:19 error: The source "scrape" does not count people. Take it from a source that does (edge, sql, sentry), or write "request".'],
  ],
  ["an unknown goal", { from: "goal: order }", to: "goal: ordres }" }, ['21:46 error: There is no goal "ordres". Write "order".']],
  [
    "an unknown service",
    { from: "/api: backend", to: "/api: backent" },
    [
      '10:11 error: No route leads to the service "backend". Add a route to it under traffic: routes: { /path: backend }.',
      '15:32 error: There is no service "backent". Write "backend".',
    ],
  ],
  [
    "a service without a route",
    { from: "{ /: frontend, /api: backend }", to: "{ /: frontend }" },
    ['10:11 error: No route leads to the service "backend". Add a route to it under traffic: routes: { /path: backend }.'],
  ],
  ["a route that is no path", { from: "/api: backend", to: "api: backend" }, ['15:26 error: "api" is not a path. Write "/api".']],
  [
    "new logins without a login",
    { from: "  login: POST /api/login\n", to: "" },
    [
      '28:15 error: Nobody can be drawn from new-logins: the plan does not say what a login is. Write traffic: { login: "POST /api/login" }.',
    ],
  ],
  [
    "any of nobody",
    { from: "start: { all: [release-manager] }", to: "start: { any: [] }" },
    ["50:10 error: Any one of nobody can never say yes. Write a role, or { all: [] } to ask nobody."],
  ],
  [
    "an unknown phase",
    { from: "    all: { all: [qa-lead] }", to: "    al: { all: [qa-lead] }" },
    ['52:5 error: There is no phase "al". Write "all".'],
  ],
  [
    "an environment that is not served",
    { from: "environment: production", to: "environment: prod" },
    [
      '5:16 error: This server does not release to "prod". Write one of production, staging.',
      "52:17 warning: In prod nobody has the role qa-lead, so this waits for ever. Give it to somebody in serin.yaml.",
    ],
  ],
  [
    "holidays of nowhere",
    { from: "holidays FR", to: "holidays XX" },
    ['48:16 error: The holidays of "XX" are not known. Write an ISO 3166 country code, such as "holidays FR".'],
  ],
  ["an unknown notifier", { from: "- { hook: team }", to: "- { hok: team }" }, ['54:7 error: There is no notifier "hok". Write "hook".']],
  [
    "two phases of one name",
    { from: "- name: all", to: "- name: some" },
    ['35:11 error: A phase "some" stands above already. Give each its own name.', '52:5 error: There is no phase "all". Write "some".'],
  ],
  [
    "two services of one name",
    { from: "- name: backend", to: "- name: frontend" },
    [
      '10:11 error: A service "frontend" stands above already. Give each its own name.',
      '15:32 error: There is no service "backend". Write "frontend".',
    ],
  ],
  [
    "weights that leave nothing for the rest",
    { from: "when: errors > 1%, then: rollback }", to: "when: errors > 1%, then: rollback, weight: 90% }" },
    [
      "43:50 error: The weights add up to 90%, and 2 other guards share what is left of 80%. Write smaller weights, or one for every guard.",
    ],
  ],
  [
    "a threshold without its count",
    { from: "{ when: errors > 1%, then: rollback }", to: "{ when: errors > 1%, then: rollback, test: threshold }" },
    ['43:5 error: test: threshold does not say of how many readings. Add of: "3 of 5".'],
  ],
  [
    "a comparison in the last phase",
    { from: "      fatals: none", to: "      orders: no regression" },
    ['40:15 error: In the last phase nobody is left on stable to compare with. Compare in an earlier phase, or write holdback: "1%".'],
  ],
  [
    "a fail line on another latency",
    { from: "pass: p95 < 500ms, else: hold", to: 'pass: p95 < 500ms, fail: "p95 > 2s"' },
    [
      '33:43 error: "p95 > 2s" counts what is slower than 2000 ms, and "p95 < 500ms" what is slower than 500 ms: two different numbers. Write a quantile of 500 ms, such as "p90 > 500ms", or a guard of its own: { when: "METRIC p95 > 2s", then: rollback }.',
    ],
  ],
  [
    "a fail line on a stricter quantile",
    { from: "pass: p95 < 500ms, else: hold", to: 'pass: p95 < 500ms, fail: "p99 > 500ms"' },
    [
      '33:43 error: "p99 > 500ms" lies on the good side of "p95 < 500ms", so both could hold at once. Write a fail line at or beyond the pass line.',
    ],
  ],
  [
    "no phases",
    { from: soundPlan.slice(soundPlan.indexOf("phases:"), soundPlan.indexOf("guards:")), to: "phases: []\n" },
    ["26:9 error: There are no phases. Write at least one phase of 100%.", '37:5 error: There is no phase "all". Define it under phases.'],
  ],
  [
    "an observation shorter than a scrape",
    { from: "observe: 15m", to: "observe: 10s" },
    ['30:14 error: 10s is shorter than one scrape (15s). Write at least "15s".'],
  ],
  [
    "a ratio beyond everything",
    { from: 'fail: "> 1%"', to: 'fail: "> 101%"' },
    [
      '32:37 error: No ratio is over 100%, and "> 101%" asks for it. Write a condition such as "< 0.5%", "> 70%", "< 50% of stable" or "no regression".',
    ],
  ],
  [
    "of without a test",
    { from: "when: errors > 1%, then: rollback }", to: "when: errors > 1%, then: rollback, of: 3 of 5 }" },
    ['43:46 error: "of" counts readings, and this is judged by evidence. Add test: threshold, or remove it.'],
  ],
  [
    "a unit where nothing is counted",
    { from: "memory: { kind: level,", to: "memory: { unit: request, kind: level," },
    ["22:13 error: A level has no unit: only ratios, latencies and counts do. Remove it."],
  ],
  [
    "a probe in a comparison",
    { from: "when: pricetruth is down", to: "when: pricetruth > 1%" },
    ['45:13 error: "> 1%" cannot be told of "pricetruth", which is a probe. Write a condition such as "is down".'],
  ],
  [
    "two notifiers in one entry",
    { from: "- { hook: team }", to: "- { hook: team, console: all }" },
    ['54:5 error: An entry names one notifier and whom it tells. Write for example { slack: "#releases" }.'],
  ],
  [
    "holidays as a preferred time",
    { from: "prefer: [tue-thu 14:00-17:00]", to: "prefer: [holidays FR]" },
    ["47:12 error: Holidays can only be avoided. Move it under avoid."],
  ],
  [
    "a name with capitals",
    { from: "  errors: { kind", to: "  Errors: { kind" },
    [
      '19:3 error: "Errors" is not a name: names have small letters, digits and hyphens, at most 63. Write "errors".',
      '32:7 error: There is no metric "errors". Write "Errors".',
      '43:13 error: There is no metric "errors". Write "Errors".',
    ],
  ],
  [
    "a comparison without a stable arm",
    {
      from: "orders: { kind: ratio, source: edge, goal: order }",
      to: 'orders: { kind: ratio, better: higher, source: pricetruth, path: /orders, good: "$.a", total: "$.b" }',
    },
    [
      '34:15 error: "orders" has no stable arm, so it cannot be compared with one. Write a line of its own, such as "< 1%", or take the metric from a source that tells the arms apart.',
    ],
  ],
];
