/** What it is called, what is changed in the sound plan, and every problem of the result, exactly: "LINE:COLUMN severity: message remedy". */
export type BrokenPlan = readonly [name: string, change: { readonly from: string; readonly to: string }, problems: readonly string[]];

/** Plans whose text is wrong: keys, values, names. */
export const brokenWords: readonly BrokenPlan[] = [
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
  ["a share without a sign", { from: "share: 10%", to: "share: 10" }, ['28:12 error: share: "10" is not a share. Write "10%".']],
  [
    "a share beyond everybody",
    { from: "share: 10%", to: "share: 110%" },
    ['28:12 error: share: "110%" is out of range. Write more than 0% to 100%, such as "10%".'],
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
    "a line in milliseconds on a latency, without its quantile",
    { from: "latency: { pass: p95 < 500ms, else: hold }", to: "latency: < 500ms" },
    ['33:16 error: latency: "< 500ms" is not a condition. Write "p95 < 500ms".'],
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
  ["a wrong word of a workload", { from: "port: 4102", to: "prot: 4102" }, ['11:61 error: "prot" is no word of workload. Write "port".']],
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
    "a range that is none",
    { from: "tue-thu 14:00-17:00", to: "tuesday 14h-17h" },
    [
      '47:12 error: "tuesday 14h-17h" is not a range of the week. Write days and times, such as "tue-thu 14:00-17:00", "fri 17:00-24:00" or "sat".',
    ],
  ],
  [
    "# without quotes",
    { from: "- { hook: team }", to: "- hook: #releases" },
    ['54:11 error: hook: Nothing is written here. Write a text such as "#releases"; what begins with # must stand in quotes.'],
  ],
  [
    "the same key twice",
    { from: "  name: shop", to: "  name: shop\n  name: shop" },
    ['5:3 error: The key "name" stands here a second time. Keep one of the two.'],
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
    "an unknown reaction of a gate",
    { from: "else: hold", to: "else: wait" },
    [
      '33:43 error: else: "wait" is not a reaction. Write "rollback", "rollback within 5m", "investigate 10m, then rollback", "stop", "halt" or "hold".',
    ],
  ],
  [
    "a guard that only holds",
    { from: "then: halt", to: "then: hold" },
    [
      '45:39 error: then: "hold" is not a reaction. Write "rollback", "rollback within 5m", "investigate 10m, then rollback", "stop" or "halt".',
    ],
  ],
  [
    "an estimate in another way of writing",
    { from: "  name: shop", to: "  name: shop\n  estimated: 1h45 (si tout va bien) + 60min validation" },
    [
      '5:14 error: estimated: "1h45 (si tout va bien) + 60min validation" is neither a duration nor a sum of durations. Write "1h45m", or a sum such as "1h45m + 60m".',
    ],
  ],
  [
    "a rollback by something else",
    { from: "windows:", to: "rollback: { automatic: 2m, by: images }\nwindows:" },
    ['46:32 error: by: "images" is not known here. Write "traffic".'],
  ],
  [
    "a dashboard with a password in its address",
    { from: "windows:", to: "dashboards: [{ name: Grafana, url: 'https://u:p@grafana.example/' }]\nwindows:" },
    [
      '46:36 error: url: "https://u:p@grafana.example/" is not an address of the web. Write an address such as "https://grafana.example/d/shop", without a password.',
    ],
  ],
  [
    "a dashboard that is a script",
    { from: "windows:", to: "dashboards: [{ name: Grafana, url: 'javascript:alert(1)' }]\nwindows:" },
    [
      '46:36 error: url: "javascript:alert(1)" is not an address of the web. Write an address such as "https://grafana.example/d/shop", without a password.',
    ],
  ],
  [
    "a meaning of several lines",
    { from: "latency: { kind: latency,", to: 'latency: { means: "a\\nb", kind: latency,' },
    ['20:21 error: means: "a\\nb" is not one line of 1 to 300 characters. Write a text such as "Error rate".'],
  ],
  [
    "no observation",
    { from: "observe: 15m", to: "observe: 0" },
    ['30:14 error: observe: "0" is no time at all. Write a number and a unit, such as "15m".'],
  ],
  [
    "more readings than there are",
    { from: "when: errors > 1%, then: rollback }", to: "when: errors > 1%, then: rollback, test: threshold, of: 5 of 3 }" },
    ['43:63 error: of: "5 of 3" does not say how many of how many readings. Write it as "3 of 5".'],
  ],
  [
    "a control character",
    { from: "  name: shop", to: "  name: sh\u0007op" },
    ["4:11 error: There is a control character here (U+0007). Remove it: a text file has only tabs and line ends."],
  ],
];
