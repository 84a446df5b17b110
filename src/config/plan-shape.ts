import { z } from "zod";
import { condition, date, estimate, gateReaction, guardWords, reaction, speakers, timeZone, webAddress } from "./plan-words.ts";
import { list, map, named } from "./shape.ts";
import { choice, duration, kOfN, name, number, percent, request, text, word } from "./words.ts";

/*
 * The plan file as people write it. Reading it gives durations in milliseconds, shares in percent, and conditions, guards and reactions
 * as the core's values. Names are not looked up here (references.ts).
 */

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

export const metadataShape = map(
  { says: "What is released, where and when.", example: "{ name: shop, environment: production, timeZone: Europe/Paris }" },
  {
    name: name({ says: "The plan's name; releases are listed by it.", example: "shop" }),
    title: text({ says: "The title that people read. Default: the name.", example: "Canary deployment plan - Shop" }).optional(),
    version: text({ says: "What is released, in people's words.", example: "Redesign" }).optional(),
    plannedFor: date({ says: "The day for which the release is planned.", example: "2025-08-19" }).optional(),
    estimated: estimate({
      says: "How long the release is said to take, without extensions: one duration, or a sum; compared with the phases.",
      example: "1h45m",
    }).optional(),
    environment: name({ says: "Where it is released; a freeze holds for one environment.", example: "production" }),
    timeZone: timeZone({ says: "The IANA time zone of every time in this plan.", example: "Europe/Paris" }),
    language: choice({ says: "The language of notices and reports.", example: "en" }, ["fr", "en"]).prefault("en"),
  },
);

/** A workload's words beside `kind` are checked by its adapter. */
export const workloadShape = z
  .looseObject({ kind: name({ says: "The kind of workload.", example: "process" }) }, { error: () => "{ kind: process, … }" })
  .describe("What runs this service; the words beside kind are the adapter's.");

const serviceKeys = {
  name: name({ says: "The service's name.", example: "frontend" }),
  workload: workloadShape,
  data: choice(
    {
      says: "expand-only: the team attests that both versions work on the same data, so that going back loses nothing.",
      example: "expand-only",
    },
    ["expand-only"],
  ).optional(),
};

export const serviceShape = map(
  { says: "One deployable part.", example: "{ name: frontend, workload: { kind: process, … } }" },
  serviceKeys,
);

export const goalShape = map(
  { says: "What people may reach, counted once per person by the router.", example: '{ request: "POST /api/orders", within: 10m }' },
  {
    request: request({ says: "Reached when this is answered with 2xx.", example: "POST /api/orders" }, methods),
    within: duration({ says: "A person counts once this long after being exposed, reached or not.", example: "10m" }, "positive"),
  },
);

export const trafficShape = map(
  { says: "How people come to a version.", example: "{ kind: edge, routes: { /: frontend } }" },
  {
    kind: name({ says: "The kind of router.", example: "edge" }),
    login: request(
      { says: "A person counts as logged in when this is answered with 2xx or 3xx.", example: "POST /api/login" },
      methods,
    ).optional(),
    routes: named(
      { says: "Which service answers which paths: the longest prefix wins.", example: "{ /: frontend, /api: backend }" },
      name({ says: "A service of this plan.", example: "frontend" }),
    ),
    goals: named(
      { says: "What people may reach, by name.", example: '{ orders: { request: "POST /api/orders", within: 10m } }' },
      goalShape,
    ).prefault({}),
  },
);

export const metricKinds = ["ratio", "latency", "level", "score", "count", "probe"] as const;

const queryWord = z.union([z.string().max(4000), z.number()]).describe("A word of the source's own language.");

/** The words that every metric may have; all others are its source's. */
export const metricKeys = {
  kind: choice(
    {
      says: "ratio: bad of total; latency: a histogram; level: a gauge; score: one number a run; count: events; probe: answers or is down.",
      example: "ratio",
    },
    metricKinds,
  ),
  source: name({ says: "A connection of serin.yaml, or a built-in source.", example: "edge" }),
  unit: choice({ says: "What is counted. Default: person for a goal, request otherwise.", example: "person" }, [
    "person",
    "request",
  ]).optional(),
  means: text({ says: "What it is, in people's words; runbooks call it so.", example: "Error rate" }).optional(),
  better: choice({ says: "Which way is good. Default: as the plan's conditions say.", example: "higher" }, ["lower", "higher"]).optional(),
  rate: number(
    {
      says: "For the condition none: the rate of events, per unit of exposure, that passing must disprove. Default 0.001.",
      example: "0.001",
    },
    { above: 0, to: 1, whole: "any" },
  ).optional(),
  minRuns: number(
    { says: "Scores: runs that a verdict needs. Default 5.", example: "5" },
    { above: 0, to: 100, whole: "whole" },
  ).optional(),
};

export const metricShape = z
  .object(metricKeys, { error: () => "{ kind: ratio, source: edge, bad: 5xx }" })
  .catchall(queryWord)
  .describe("A named quantity; the words beside kind, source, unit, means, better, rate and minRuns are the source's own.");

const threshold = {
  test: choice({ says: "threshold: k of n readings instead of evidence, labelled as a plain rule.", example: "threshold" }, [
    "threshold",
  ]).optional(),
  of: kOfN({ says: "For test: threshold, how many of how many readings.", example: "3 of 5" }).optional(),
};

export const gateShape = z.union([
  condition({ says: "What must hold for the phase to pass.", example: "< 0.5%" }),
  map(
    { says: "What must hold, with its own fail line, reaction or test.", example: '{ pass: "< 0.5%", fail: "> 1%" }' },
    {
      pass: condition({ says: "What must hold for the phase to pass.", example: "< 0.5%" }),
      fail: condition({ says: "Proven beyond this, the gate fails. Default: the pass line itself.", example: "> 1%" }).optional(),
      else: gateReaction({
        says: "What a failed gate sets off: a reaction, or hold (hold and ask). Default: hold; rollback for the condition none.",
        example: "rollback",
      }).optional(),
      ...threshold,
    },
  ),
]);

const gatesShape = named({ says: "What the phase needs in order to pass, by metric.", example: '{ error-rate: "< 0.5%" }' }, gateShape);

/** A phase without its gates, which are read one by one. */
export const phaseKeys = {
  name: text({ says: "The phase's name.", example: "10 %" }),
  share: percent({ says: "Percent of the audience on the new version.", example: "10%" }, { above: 0, to: 100 }),
  audience: choice(
    {
      says: "Who can be drawn: new-logins (people who log in after the phase began) or everyone (at their next page load).",
      example: "everyone",
    },
    ["new-logins", "everyone"],
  ).prefault("everyone"),
  observe: duration({ says: "Time with the share seen and the metrics readable.", example: "15m" }, "positive"),
  extend: duration({ says: "At most this much more, while undecided and the forecast says that it helps.", example: "30m" }, "0").prefault(
    "0",
  ),
};

export const phaseShape = map(
  { says: "A share, an audience, a time, gates.", example: '{ name: "10 %", share: 10%, observe: 15m }' },
  { ...phaseKeys, gates: gatesShape.prefault({}) },
);

export const guardShape = map(
  { says: "What is watched in every phase, and what it sets off.", example: '{ when: "5xx-rate > 1%", then: rollback }' },
  {
    when: guardWords({ says: "A metric and what must not hold of it.", example: "5xx-rate > 1%" }),
    // oxlint-disable-next-line unicorn/no-thenable -- the plan's own word; what is read is never awaited
    then: reaction({ says: "The reaction.", example: "rollback" }),
    weight: percent(
      { says: "Its share of the false-rollback budget. Default: an even part of 80 %.", example: "20%" },
      { above: 0, to: 100 },
    ).optional(),
    ...threshold,
  },
);

const needsShape = z.union([
  map(
    { says: "All of these roles must say yes; an empty list asks nobody.", example: "{ all: [release-manager] }" },
    { all: speakers({ says: "Roles that must all say yes.", example: "[release-manager, qa-lead]" }) },
  ),
  map(
    { says: "Any one of these roles must say yes.", example: "{ any: [release-manager, devops-lead] }" },
    { any: speakers({ says: "Roles of which one is enough.", example: "[release-manager, devops-lead]" }) },
  ),
]);

const windowWord = (example: string) =>
  word({ says: "Days and times in the plan's zone.", example }, { maxLength: 40 }, (value) => ({ ok: true, value }));

const noticeShape = z
  .record(z.string(), text({ says: "Whom the notifier tells.", example: "#releases" }), { error: () => '{ slack: "#releases" }' })
  .describe("A notifier and whom it tells.");

export const notifyShape = list({ says: "Who is told.", example: '[{ slack: "#releases" }]' }, noticeShape);

/** Everything beside metadata, services, traffic, metrics, phases and guards. */
export const settingShapes = {
  rollback: map(
    { says: "Deadlines that serin measures and reports.", example: "{ automatic: 2m, manual: 5m }" },
    {
      automatic: duration({ says: "From a proven breach until everybody is back.", example: "2m" }, "positive").prefault("2m"),
      manual: duration({ says: "From a person's call until everybody is back.", example: "5m" }, "positive").prefault("5m"),
      by: choice(
        {
          says: "traffic: the team knows that people go back by traffic, and that images follow. It is so in any case.",
          example: "traffic",
        },
        ["traffic"],
      ).optional(),
    },
  ).prefault({}),
  windows: map(
    { says: "When a release may start or advance.", example: '{ prefer: ["tue-thu 14:00-17:00"] }' },
    {
      prefer: list(
        { says: "A release starts only in these.", example: '["tue-thu 14:00-17:00"]' },
        windowWord("tue-thu 14:00-17:00"),
      ).prefault([]),
      avoid: list(
        { says: "Nothing starts or advances in these.", example: '["fri 17:00-24:00", "sat", "holidays FR"]' },
        windowWord("fri 17:00-24:00"),
      ).prefault([]),
      because: text({ says: "What the preferred windows are chosen for, in people's words.", example: "little traffic" }).optional(),
    },
  ).prefault({}),
  people: map(
    { says: "Who must say yes to what.", example: "{ start: { all: [release-manager] } }" },
    {
      start: needsShape.prefault({ all: ["release-manager"] }),
      advance: named(
        { says: "By phase: who must say yes before it is entered.", example: '{ "50 %": { all: [qa-lead] } }' },
        needsShape,
      ).prefault({}),
      promote: needsShape.prefault({ all: [] }),
      rollback: needsShape.prefault({ any: ["release-manager", "devops-lead"] }),
      "validate-rollback": needsShape.prefault({ all: [] }),
    },
  ).prefault({}),
  notify: notifyShape.prefault([]),
  smoke: list(
    { says: "Requests that every mix of versions must answer with 2xx or 3xx before anybody is exposed.", example: '["GET /"]' },
    request({ says: "A request that only reads.", example: "GET /" }, ["GET", "HEAD"]),
  ).prefault([]),
  dashboards: list(
    { says: "Where people look during the release.", example: '[{ name: Grafana, shows: "CPU, memory" }]' },
    map(
      { says: "One place to look at.", example: '{ name: Grafana, shows: "CPU, memory" }' },
      {
        name: text({ says: "Its name.", example: "Grafana" }),
        shows: text({ says: "What is seen there.", example: "CPU, memory, response times" }).optional(),
        url: webAddress({ says: "Its address.", example: "https://grafana.example/d/shop" }).optional(),
      },
    ),
  ).prefault([]),
  scrape: duration({ says: "Between two readings of the metrics.", example: "15s" }, "positive").prefault("15s"),
  keepPrevious: duration({ says: "How long the previous version is kept after promotion.", example: "60m" }, "0").prefault("60m"),
  keepStopped: duration({ says: "How long a stopped canary is kept for inspection.", example: "24h" }, "0").prefault("24h"),
  readyWithin: duration(
    { says: "A canary that is not ready by then ends the release; nobody was exposed.", example: "5m" },
    "positive",
  ).prefault("5m"),
  holdback: percent(
    { says: "Percent of the audience kept on the old version in the last phase, so that comparisons go on.", example: "1%" },
    { from: 0, to: 50 },
  ).prefault("0%"),
  alpha: percent({ says: "The false-rollback budget of the whole release.", example: "1%" }, { above: 0, to: 50 }).prefault("1%"),
  beta: percent({ says: "The false-promotion budget of each gate.", example: "5%" }, { above: 0, to: 50 }).prefault("5%"),
};

/** The whole file. */
export const planShape = map(
  { says: "A release plan of serin.", example: "{ apiVersion: serin.dev/v1, kind: ReleasePlan, … }" },
  {
    apiVersion: choice({ says: "The version of this file's language.", example: "serin.dev/v1" }, ["serin.dev/v1"]),
    kind: choice({ says: "What this file is.", example: "ReleasePlan" }, ["ReleasePlan"]),
    metadata: metadataShape,
    services: list({ says: "The parts that are released as one.", example: "[{ name: frontend, … }]" }, serviceShape),
    traffic: trafficShape,
    metrics: named({ says: "What is measured, by name.", example: "{ error-rate: { kind: ratio, source: edge, bad: 5xx } }" }, metricShape),
    phases: list({ says: "Step by step to everybody.", example: '[{ name: "10 %", share: 10%, observe: 15m }, …]' }, phaseShape),
    guards: list({ says: "What is watched all the time.", example: '[{ when: "5xx-rate > 1%", then: rollback }]' }, guardShape).prefault(
      [],
    ),
    ...settingShapes,
  },
);
