import type { BrokenPlan } from "./broken-words.ts";

/** Plans that are legal, and probably not meant. */
export const doubtfulPlans: readonly BrokenPlan[] = [
  [
    "a role that nobody holds",
    { from: "start: { all: [release-manager] }", to: "start: { all: [devops-lead] }" },
    ["50:17 warning: In production nobody has the role devops-lead, so this waits for ever. Give it to somebody in serin.yaml."],
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
    "a holiday as the planned day",
    { from: "  name: shop", to: "  name: shop\n  plannedFor: 2025-05-01" },
    [
      "5:15 warning: 2025-05-01 is a Thursday, and no release may start on that day (holiday: Labour Day (FR)). Write plannedFor: 2025-05-06; it may start there from 14:00.",
    ],
  ],
  [
    "a day without a preferred time",
    { from: "  name: shop", to: "  name: shop\n  plannedFor: 2025-08-18" },
    [
      "5:15 warning: 2025-08-18 is a Monday, and no release may start on that day (preferred: tue-thu 14:00-17:00). Write plannedFor: 2025-08-19; it may start there from 14:00.",
    ],
  ],
  [
    "a window that is hardly longer than the plan",
    { from: "tue-thu 14:00-17:00", to: "tue-thu 14:00-16:00" },
    [
      '47:12 warning: The plan takes 1 h 15 min: it ends inside this window only when it starts by 14:45. Write "tue-thu 14:00-14:45": prefer says when a release may start, and then it ends by 16:00.',
    ],
  ],
  [
    "a window that runs into an avoided one",
    { from: "tue-thu 14:00-17:00]\n  avoid: [sat,", to: "fri 16:30-17:00]\n  avoid: [fri 17:30-24:00, sat," },
    [
      "47:12 warning: A release that starts late in this window is still going on at Fri 17:30, when nothing advances (fri 17:30-24:00): it holds there until that is over. Begin the window earlier, or leave it out.",
    ],
  ],
  [
    "a window whose end runs into an avoided one",
    { from: "tue-thu 14:00-17:00]\n  avoid: [sat,", to: "fri 08:00-17:00]\n  avoid: [fri 17:00-24:00, sat," },
    [
      '47:12 warning: A release that starts late in this window is still going on at Fri 17:00, when nothing advances (fri 17:00-24:00): it holds there until that is over. Write "fri 08:00-15:45".',
    ],
  ],
  [
    "a line between two that nothing is said of",
    { from: "{ pass: p95 < 500ms, else: hold }", to: "p95 < 500ms" },
    [
      '33:16 warning: “latency p95 < 500ms” and the guard “latency p95 > 2s” leave 500 ms to 2 s open: there nothing passes and nothing rolls back, so serin holds and asks people. If that is meant, write latency: { pass: "p95 < 500ms", else: hold }; to go back instead, else: rollback.',
    ],
  ],
  [
    "an estimate that counts the last phase twice",
    { from: "  name: shop", to: "  name: shop\n  estimated: 1h15m + 60m" },
    [
      "5:14 warning: 15 min + 1 h are 1 h 15 min already: “+ 1 h” counts the last phase, which is the validation, twice. Write estimated: 1h15m.",
    ],
  ],
  [
    "an estimate that is another time",
    { from: "  name: shop", to: "  name: shop\n  estimated: 3h" },
    ["5:14 warning: The phases take 1 h 15 min, and 3 h is said. Write estimated: 1h15m, or change the phases."],
  ],
  [
    "a guard that ends at 100%",
    {
      from: "  - { when: pricetruth is down",
      to: "  - { when: errors > 200% of stable, then: stop }\n  - { when: pricetruth is down",
    },
    ['45:13 warning: This guard ends at 100%: nobody is left on stable to compare with. Write holdback: "1%" to keep it.'],
  ],
  [
    "no route for the root",
    { from: "{ /: frontend, /api: backend }", to: "{ /shop: frontend, /api: backend }" },
    ["15:11 warning: No route is for /: a request that no other route takes is answered with 404. Add a route for /."],
  ],
];
