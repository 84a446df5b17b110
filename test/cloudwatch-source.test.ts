import { describe, expect, onTestFinished, test } from "vitest";
import { cloudwatch } from "../src/adapters/metrics/cloudwatch.ts";
import type { Metric, MetricKind } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Clock, Query, ReadContext } from "../src/ports.ts";
import { metricsContract } from "./contract/metrics.ts";
import { startSmallServer, troublesOf } from "./contract/small-server.ts";
import type { Behaviour } from "./contract/small-server.ts";
import { sourceFaults } from "./contract/source-faults.ts";
import { hastyClock } from "./fixtures/hasty-clock.ts";
import { samplePlan } from "./sample-plan.ts";
import { sampleContext, sampleQuery, sampleTarget } from "./sample-query.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const secret = "aws-secret-that-nobody-may-see";
const words = { namespace: "Shop/Web", dimensions: "Service={service}, Version={tag}", bad: "Errors", total: "Requests" };
const never = new AbortController().signal;
const context = sampleContext(Date.now() - 600_000);

const ask = (query: Metric["query"] = words, kind: MetricKind = "ratio", quantity = "errors"): Query =>
  sampleQuery(quantity, { source: "cloudwatch", kind, query });

interface Asked {
  readonly StartTime: number;
  readonly EndTime: number;
  readonly NextToken?: string;
  readonly MetricDataQueries: readonly {
    readonly Id: string;
    readonly MetricStat: {
      readonly Period: number;
      readonly Stat: string;
      readonly Metric: {
        readonly Namespace: string;
        readonly MetricName: string;
        readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
      };
    };
  }[];
}

/**
 * A server that answers GetMetricData as AWS documents it (its JSON protocol): the points of a series are looked up by its metric and the values of
 * its dimensions, "Errors frontend 2", and come a page of `perPage` points at a time. Source:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
function smallCloudwatch(
  points: Readonly<Record<string, readonly number[]>>,
  { seen = [], perPage = 100 }: { readonly seen?: Asked[]; readonly perPage?: number } = {},
): Exclude<Behaviour, string> {
  return (request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      const asked = JSON.parse(body) as Asked;
      seen.push(asked);
      const from = Number(asked.NextToken ?? 0);
      const all = asked.MetricDataQueries.map(({ Id, MetricStat: { Metric: metric } }) => ({
        Id,
        values: points[[metric.MetricName, ...metric.Dimensions.map(({ Value }) => Value)].join(" ")] ?? [],
      }));
      const isLast = all.every(({ values }) => values.length <= from + perPage);
      const MetricDataResults = all.map(({ Id, values }) => {
        const Values = values.slice(from, from + perPage);
        return {
          Id,
          Label: Id,
          StatusCode: isLast ? "Complete" : "PartialData",
          Timestamps: Values.map((_, at) => asked.StartTime + 60 * (from + at)),
          Values,
        };
      });
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
      response.end(JSON.stringify({ MetricDataResults, Messages: [], ...(isLast ? {} : { NextToken: String(from + perPage) }) }));
    });
  };
}

const connect = (endpoint: string, more: object = {}, clock: Clock = createClock()) =>
  cloudwatch.create(
    cloudwatch.connection.parse({ region: "eu-west-3", endpoint, accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret, ...more }),
    {
      clock,
      dataDir: "unused",
    },
  );

metricsContract("cloudwatch", async () => {
  const server = await startSmallServer();
  return {
    source: connect(server.url),
    query: ask(),
    context,
    show: ({ bad, total }) => server.behave(smallCloudwatch({ "Errors frontend 2": [bad], "Requests frontend 2": [total] })),
    showNothing: () => server.behave(smallCloudwatch({})),
    secret,
    ...troublesOf(server),
  };
});

const answering =
  (values: string, status = "Complete"): Behaviour =>
  (_request, response) => {
    const results = [0, 1, 2, 3].map(
      (at) => `{"Id":"m${at}","StatusCode":"${status}","Timestamps":[1800000000],"Values":[${at % 2 === 0 ? values : 4}]}`,
    );
    response.end(`{"MetricDataResults":[${results.join(",")}],"Messages":[]}`);
  };

sourceFaults("cloudwatch", {
  connect: ({ url, timeoutMs, tls, secret: key }) => ({
    source: connect(url, { secretAccessKey: key, timeout: `${timeoutMs}ms`, tls }, hastyClock()),
    query: ask(),
    context,
  }),
  answers: answering("1"),
  spoilt: {
    "a count as a text": answering('"1"'),
    "a count below zero": answering("-1"),
    "NaN, which its protocol writes as a text": answering('"NaN"'),
    "infinity, which its protocol writes as a text": answering('"Infinity"'),
    "a number beyond all numbers": answering("1e999"),
    "more errors than requests": answering("5"),
    "a part that is refused": answering("1", "Forbidden"),
    "a part that failed": answering("1", "InternalError"),
    "an incomplete part without a next page": answering("1", "PartialData"),
    "fewer series than were asked for": (_request, response) =>
      response.end('{"MetricDataResults":[{"Id":"m0","StatusCode":"Complete","Values":[1]}]}'),
    "a series that was not asked for": (_request, response) =>
      response.end('{"MetricDataResults":[{"Id":"x","StatusCode":"Complete","Values":[1]}]}'),
    "pages without end": (_request, response) => response.end('{"MetricDataResults":[],"NextToken":"again"}'),
  },
  hasTls: true,
});

async function world(
  points: Readonly<Record<string, readonly number[]>>,
  more: { readonly connection?: object; readonly clock?: Clock; readonly perPage?: number } = {},
) {
  const seen: Asked[] = [];
  const server = await startSmallServer(smallCloudwatch(points, { seen, perPage: more.perPage ?? 100 }));
  onTestFinished(() => server.close());
  const source = connect(server.url, more.connection, more.clock);
  return { server, seen, read: async (queries: readonly Query[], at: ReadContext = context) => source.read(queries, at, never) };
}

describe("cloudwatch", () => {
  test("adds up the minutes of each arm's services and versions, over several pages", async () => {
    const targets = [
      sampleTarget("canary", "2"),
      sampleTarget("stable", "1"),
      sampleTarget("canary", "shop/api:7", "backend"),
      sampleTarget("stable", "shop/api:6", "backend"),
    ];
    const points = {
      "Errors frontend 2": [1, 0, 2],
      "Requests frontend 2": [40, 30, 30],
      "Requests backend 7": [5],
      "Requests frontend 1": [100, 200],
      "Errors backend 6": [1],
    };
    const at = await world(points, { perPage: 2 });
    expect((await at.read([ask()], { ...context, targets })).get("errors")).toEqual({
      kind: "counters",
      atMs: expect.any(Number),
      series: [
        { series: "sum canary", arm: "canary", bad: 3, total: 105, slice: null, bornMs: null, neverRestarts: true },
        { series: "sum stable", arm: "stable", bad: 1, total: 300, slice: null, bornMs: null, neverRestarts: true },
      ],
    });
    expect(at.seen.map(({ NextToken }) => NextToken)).toEqual([undefined, "2"]);
  });

  test("asks for the whole minutes since the release began that had time to arrive, each series once", async () => {
    const real = createClock();
    const clock = { nowMs: () => 3_600_000, monotonicMs: () => 0, wait: real.wait.bind(real) };
    const at = await world({ "Requests frontend 2": [1] }, { clock, connection: { delay: "3m" } });
    await at.read([ask(), ask({ ...words, bad: "Timeouts" }, "ratio", "timeouts")], { ...context, sinceMs: 90_000 });
    expect(at.seen).toHaveLength(1);
    expect(at.seen[0]).toMatchObject({ StartTime: 60, EndTime: 3_420 });
    expect(at.seen[0]?.MetricDataQueries).toHaveLength(6);
    expect(at.seen[0]?.MetricDataQueries[0]).toMatchObject({
      MetricStat: {
        Period: 60,
        Stat: "Sum",
        Metric: {
          Namespace: "Shop/Web",
          MetricName: "Errors",
          Dimensions: [
            { Name: "Service", Value: "frontend" },
            { Name: "Version", Value: "2" },
          ],
        },
      },
    });
    expect((await at.read([ask()], { ...context, sinceMs: 3_500_000 })).get("errors")).toEqual({ kind: "no-data" });
  });

  test("levels, beside counts", async () => {
    const at = await world({ "CPU 2": [0.4, 0.6], "CPU 1": [0.3], "Requests frontend 2": [9] });
    const level = ask({ namespace: "Shop/Web", dimensions: "Version={version}", value: "CPU", stat: "Maximum" }, "level", "cpu");
    const readings = await at.read([level, ask()]);
    expect(readings.get("cpu")).toMatchObject({ kind: "level", canary: 0.5, stable: 0.3 });
    expect(readings.get("errors")).toMatchObject({ series: [{ total: 9 }, { total: 0 }] });
    expect(at.seen.map(({ MetricDataQueries }) => MetricDataQueries[0]?.MetricStat.Stat).sort()).toEqual(["Maximum", "Sum"]);
  });

  test("a dimension of the arm's own, whatever the versions", async () => {
    const at = await world({ "Requests canary": [3], "Requests stable": [4] });
    const targets = [sampleTarget("canary", '2"'), sampleTarget("stable", '2"')];
    expect((await at.read([ask({ ...words, dimensions: "Arm={arm}" })], { ...context, targets })).get("errors")).toMatchObject({
      series: [{ total: 3 }, { total: 4 }],
    });
    await expect(at.read([ask()], { ...context, targets })).rejects.toThrow("which cannot tell them apart");
  });

  test.each<[string, number, string, RegExp]>([
    ["a key without the right", 400, "AccessDenied", /answered 400, AccessDenied: allow cloudwatch:GetMetricData/],
    ["an unknown key", 400, "UnrecognizedClientException", /the key is not known in this region/],
    ["too many calls", 400, "ThrottlingException", /answered 400, ThrottlingException/],
  ])("%s is told without AWS's own words", async (_says, status, type, why) => {
    const at = await world({});
    await at.server.behave((_request, response) =>
      response
        .writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": type })
        .end(`{"__type":"${type}","message":"arn:aws:iam::123:user/alice"}`),
    );
    const error: unknown = await at.read([ask()]).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(why);
    expect(String(error)).not.toContain("alice");
  });

  test("throttling asks for patience: nothing is sent for a while", async () => {
    const at = await world({ "Requests frontend 2": [1] });
    await at.server.behave((_request, response) =>
      response.writeHead(400, { "x-amzn-errortype": "ThrottlingException" }).end('{"__type":"ThrottlingException"}'),
    );
    await expect(at.read([ask()])).rejects.toThrow("ThrottlingException");
    const before = at.server.requests.length;
    await expect(at.read([ask()])).rejects.toThrow(/CloudWatch was asked too often \(429\) and wants \d s more/);
    expect(at.server.requests).toHaveLength(before);
  });

  test("examine: whether the series may be read", async () => {
    const server = await startSmallServer(smallCloudwatch({}));
    onTestFinished(() => server.close());
    const connection = cloudwatch.connection.parse({
      region: "eu-west-3",
      endpoint: server.url,
      accessKeyId: "AKIDEXAMPLE",
      secretAccessKey: secret,
    });
    const surroundings = { clock: createClock(), dataDir: "unused" };
    const examination = { plan: samplePlan, queries: [ask()], recipients: [], versions: {}, targets: [] };
    const examine = async () => inEnglish((await cloudwatch.examine?.(connection, examination, surroundings, never)) ?? []);
    expect(await examine()).toEqual([
      { what: "cloudwatch:GetMetricData", verdict: "ok", says: "It may be called, and takes the names of 2 series.", remedy: null },
    ]);
    await server.behave((_request, response) =>
      response.writeHead(403, { "x-amzn-errortype": "AccessDenied" }).end('{"__type":"AccessDenied"}'),
    );
    expect(await examine()).toEqual([
      expect.objectContaining({
        verdict: "wrong",
        says: "CloudWatch: answered 403, AccessDenied: allow cloudwatch:GetMetricData.",
        remedy: expect.stringContaining("region"),
      }),
    ]);
  });
});

test.each<[MetricKind, Metric["query"], string]>([
  ["ratio", { ...words, namespace: "" }, 'namespace "" is none. Write namespace: Shop/Web.'],
  ["ratio", { ...words, dimensions: "Version" }, "are no list of Name=value"],
  ["ratio", { ...words, dimensions: "Service=frontend" }, "no dimension tells the arms apart: one needs {version}, {tag} or {arm}"],
  ["ratio", { ...words, dimensions: "A={arm}, A={tag}" }, "a dimension stands twice"],
  ["ratio", { ...words, good: "Orders" }, "exactly one of bad and good"],
  ["count", { ...words, total: "" }, "total is missing, or no metric's name"],
  [
    "level",
    { namespace: "Shop", dimensions: "Arm={arm}", value: "CPU", stat: "Sum" },
    "stat: Sum is no level's. Write one of Average, Maximum, Minimum.",
  ],
  ["latency", words, "CloudWatch has no latency here"],
])("cloudwatch's words: a %s with %j is a problem with its remedy", (kind, query, problem) => {
  expect(cloudwatch.checkQuery(kind, query)).toContain(problem);
});

test.each([
  {},
  { region: "Paris" },
  { region: "eu-west-3", accessKeyId: "AKID" },
  { region: "eu-west-3", delay: "soon" },
  { region: "eu-west-3", endpoint: "ftp://x" },
])("cloudwatch's connection refuses %j", (connection) => expect(cloudwatch.connection.safeParse(connection).success).toBe(false));
