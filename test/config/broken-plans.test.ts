import { expect, test } from "vitest";
import { readPlan } from "../../src/config/plan-file.ts";
import { formatProblem } from "../../src/errors.ts";
import { soundCatalogue, soundPlan } from "./sound-plan.ts";

const catalogue = soundCatalogue();

test("the sound plan has no problem", () => {
  const { plan, problems } = readPlan(soundPlan, "plan.yaml", catalogue);
  expect(problems).toEqual([]);
  expect(plan?.phases.map((phase) => phase.sharePct)).toEqual([10, 100]);
});

/** What is changed in the sound plan, and every problem of the result, exactly. */
const broken: readonly (readonly [string, { readonly from: string; readonly to: string }, readonly string[]])[] = [
  ["a misspelt key", { from: "    observe: 15m", to: "    observ: 15m" }, ['30:5 error: "observ" is no word of phase 1. Write "observe".']],
  ["a misspelt key of the root", { from: "guards:", to: "gards:" }, ['42:1 error: "gards" is no word of this file. Write "guards".']],
  [
    "a missing section",
    {
      from: "services:\n  - name: frontend\n    workload: { kind: process, command: [node, frontend.js], port: 4101 }\n  - name: backend\n    workload: { kind: process, command: [node, backend.js], port: 4102 }\n",
      to: "",
    },
    ["1:1 error: services is missing. Write a list: for example [{ name: frontend, workload: { kind: process, … } }]."],
  ],
  [
    "a time without a unit",
    { from: "observe: 15m", to: "observe: 15" },
    ['30:14 error: observe: "15" is not a duration. Write "15m" or "15s".'],
  ],
  [
    "sign-offs for the phase that the start enters",
    { from: "    all: { all: [qa-lead] }", to: "    some: { all: [qa-lead] }" },
    ['52:5 error: "some" is the first phase: it is entered when the release starts. Write these roles under people.start.'],
  ],
  ["a share without a sign", { from: "share: 10%", to: "share: 10" }, ['28:12 error: share: "10" is not a share. Write "10%".']],
  [
    "a share beyond everybody",
    { from: "share: 10%", to: "share: 110%" },
    ['28:12 error: share: "110%" is out of range. Write more than 0% to 100%, such as "10%".'],
  ],
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
    "an unknown audience",
    { from: "audience: new-logins", to: "audience: newlogins" },
    ['29:15 error: audience: "newlogins" is not known here. Write "new-logins".'],
  ],
  [
    "a condition without its quotes",
    { from: 'consensus: "> 70%"', to: "consensus: > 70%" },
    ['41:20 error: A value that begins with > is a block of text for YAML. Put it in quotes: "> 70%".'],
  ],
  [
    "a typographic sign",
    { from: 'consensus: "> 70%"', to: "consensus: ≥ 70%" },
    ['41:18 error: consensus: "≥ 70%" is not a condition. Write ">= 70%".'],
  ],
  ["a decimal comma", { from: "pass: < 0.5%", to: 'pass: "< 0,5%"' }, ['32:23 error: pass: "< 0,5%" is not a condition. Write "< 0.5%".']],
  [
    "no condition at all",
    { from: "fatals: none", to: "fatals: few" },
    [
      '40:15 error: fatals: "few" is not a condition. Write one of "< 0.5%", "p95 < 500ms", "> 70%", ">= 90", "< 80% and stable", "< 50% of stable", "no regression", "no regression beyond 10%", "none" or "is down".',
    ],
  ],
  [
    "an unknown metric in a gate",
    { from: "      latency: p95", to: "      latencie: p95" },
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
    "a line in milliseconds on a latency, without its quantile",
    { from: "latency: p95 < 500ms", to: "latency: < 500ms" },
    ['33:16 error: latency: "< 500ms" is not a condition. Write "p95 < 500ms".'],
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
    "a guard that says what must hold",
    { from: "when: errors > 1%", to: "when: orders no regression" },
    ['43:13 error: when: A guard says what must not hold, and "no regression" is what must. Write "orders < 90% of stable".'],
  ],
  [
    "an unknown reaction",
    { from: "then: halt", to: "then: alarm" },
    [
      '45:39 error: then: "alarm" is not a reaction. Write "rollback", "rollback within 5m", "investigate 10m, then rollback", "stop" or "halt".',
    ],
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
    { from: "traffic:\n  kind: edge", to: "traffic:\n  kind: haproxy" },
    [
      '13:9 error: This build has no router adapter of kind "haproxy": what depends on it is not checked, and no release of this plan begins. Use one that it has (edge), or a later version.',
    ],
  ],
  ["a wrong word of a workload", { from: "port: 4102", to: "prot: 4102" }, ['11:61 error: "prot" is no word of workload. Write "port".']],
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
    "requests called people",
    { from: "bad: 5xx", to: "bad: 5xx, unit: person" },
    ['19:56 error: These words count requests at the source "edge". Write "request", or leave it out.'],
  ],
  [
    "people where nobody counts them",
    { from: "limit: 536870912 }\n  fatals: { kind: count", to: "limit: 536870912 }\n  fatals: { unit: person, kind: count" },
    ['23:19 error: The source "scrape" does not count people. Take it from a source that does (edge), or write "request".'],
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
    "a request without a method",
    { from: "login: POST /api/login", to: "login: /api/login" },
    [
      '14:10 error: login: "/api/login" is not a request. Write a method (GET, HEAD, POST, PUT, PATCH, DELETE) and a path, such as "POST /api/login".',
    ],
  ],
  [
    "an unknown role",
    { from: "start: { all: [release-manager] }", to: "start: { all: [release-manger] }" },
    ['50:18 error: all 1: "release-manger" is not known here. Write "release-manager".'],
  ],
  [
    "any of nobody",
    { from: "start: { all: [release-manager] }", to: "start: { any: [] }" },
    ["50:10 error: Any one of nobody can never say yes. Write a role, or { all: [] } to ask nobody."],
  ],
  [
    "a role that nobody holds",
    { from: "start: { all: [release-manager] }", to: "start: { all: [devops-lead] }" },
    ["50:17 warning: In production nobody has the role devops-lead, so this waits for ever. Give it to somebody in serin.yaml."],
  ],
  [
    "an unknown phase",
    { from: "    all: { all: [qa-lead] }", to: "    al: { all: [qa-lead] }" },
    ['52:5 error: There is no phase "al". Write "all".'],
  ],
  [
    "an unknown time zone",
    { from: "timeZone: Europe/Paris", to: "timeZone: Europe/Pariss" },
    ['6:13 error: timeZone: "Europe/Pariss" is not an IANA time zone. Write "Europe/Paris".'],
  ],
  ["no time zone", { from: "  timeZone: Europe/Paris\n", to: "" }, ['3:1 error: timeZone is missing. Write for example "Europe/Paris".']],
  [
    "a day that does not exist",
    { from: "  name: shop", to: "  name: shop\n  plannedFor: 2025-02-30" },
    ['5:15 error: plannedFor: "2025-02-30" is no day of the calendar. Write year, month and day, such as "2025-08-19".'],
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
    "a range that is none",
    { from: "tue-thu 14:00-17:00", to: "tuesday 14h-17h" },
    [
      '47:12 error: "tuesday 14h-17h" is not a range of the week. Write days and times, such as "tue-thu 14:00-17:00", "fri 17:00-24:00" or "sat".',
    ],
  ],
  [
    "holidays of nowhere",
    { from: "holidays FR", to: "holidays XX" },
    ['48:16 error: The holidays of "XX" are not known. Write an ISO 3166 country code, such as "holidays FR".'],
  ],
  ["an unknown notifier", { from: "- { hook: team }", to: "- { hok: team }" }, ['54:7 error: There is no notifier "hok". Write "hook".']],
  [
    "# without quotes",
    { from: "- { hook: team }", to: "- hook: #releases" },
    ['54:11 error: hook: Nothing is written here. Write a text such as "#releases"; what begins with # must stand in quotes.'],
  ],
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
    "the same key twice",
    { from: "  name: shop", to: "  name: shop\n  name: shop" },
    ['5:3 error: The key "name" stands here a second time. Keep one of the two.'],
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
    "a metric without a use",
    { from: '      consensus: "> 70%"\n', to: "" },
    ['24:3 warning: No gate and no guard uses the metric "consensus". Use it, or remove it.'],
  ],
  [
    "nothing kept",
    { from: "windows:", to: "keepPrevious: 0\nwindows:" },
    [
      '46:15 warning: Nothing is kept after promotion: going back is then a roll-out of the old version, not a change of traffic. Write "60m" to keep it that long.',
    ],
  ],
  [
    "another kind of file",
    { from: "kind: ReleasePlan", to: "kind: Rollout" },
    ['2:7 error: kind: "Rollout" is not known here. Write "ReleasePlan".'],
  ],
  [
    "another version of the language",
    { from: "apiVersion: serin.dev/v1", to: "apiVersion: serin.dev/v2" },
    ['1:13 error: apiVersion: "serin.dev/v2" is not known here. Write "serin.dev/v1".'],
  ],
  [
    "an alias",
    { from: "    observe: 15m", to: "    observe: *long" },
    ["30:14 error: An alias (*) is not read here. Write the value itself; a value that begins with * must stand in quotes."],
  ],
  ["a tab", { from: "    observe: 15m", to: "\tobserve: 15m" }, ["30:1 error: Tabs are not allowed as indentation. Indent with spaces."]],
  [
    "a holiday as the planned day",
    { from: "  name: shop", to: "  name: shop\n  plannedFor: 2025-05-01" },
    [
      "5:15 warning: 2025-05-01 is a Thursday, and no release may start on that day (avoided: Labour Day (FR)). Plan it for 2025-05-06, from 14:00.",
    ],
  ],
  [
    "a day without a preferred time",
    { from: "  name: shop", to: "  name: shop\n  plannedFor: 2025-08-18" },
    [
      "5:15 warning: 2025-08-18 is a Monday, and no release may start on that day (preferred: tue-thu 14:00-17:00). Plan it for 2025-08-19, from 14:00.",
    ],
  ],
  [
    "a window that is shorter than the plan",
    { from: "tue-thu 14:00-17:00", to: "tue-thu 14:00-15:00" },
    ["47:12 warning: The plan takes 1h15m: longer than this window. Widen the window, or expect people to be needed after it."],
  ],
  [
    "a window that is hardly longer than the plan",
    { from: "tue-thu 14:00-17:00", to: "tue-thu 14:00-16:00" },
    ["47:12 warning: The plan takes 1h15m: it ends inside this window only when it starts by 14:45. Start it by 14:45."],
  ],
];

test.each(broken)("%s", (_name, { from, to }, expected) => {
  expect(soundPlan).toContain(from);
  const { plan, problems } = readPlan(soundPlan.replace(from, to), "plan.yaml", catalogue);
  expect(problems.map(formatProblem)).toEqual(expected.map((problem) => `plan.yaml:${problem}`));
  expect(plan === null).toBe(problems.some((problem) => problem.severity === "error"));
});

test("every problem is told at once, in the file's order", () => {
  const changed = broken.filter(([name]) =>
    ["a time without a unit", "an unknown reaction", "an unknown role", "an unknown time zone"].includes(name),
  );
  const text = changed.reduce((plan, [, { from, to }]) => plan.replace(from, to), soundPlan);
  const { problems } = readPlan(text, "plan.yaml", catalogue);
  expect(problems.map((problem) => problem.line)).toEqual([6, 30, 45, 50]);
});

test("a problem is shown where it stands, whatever the line ends", () => {
  const [first] = readPlan(soundPlan.replaceAll("\n", "\r\n").replace("observe: 15m", "observe: 15"), "plan.yaml", catalogue).problems;
  expect(first).toMatchObject({ line: 30, column: 14 });
});
