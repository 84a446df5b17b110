import { expect, test } from "vitest";
import { NoSeries, readSeries } from "./series.ts";

const answered = (body: unknown, status = 200) => ({ status, text: typeof body === "string" ? body : JSON.stringify(body) });
const matrix = (result: unknown) => answered({ status: "success", data: { resultType: "matrix", result } });

/** In the form of https://prometheus.io/docs/prometheus/latest/querying/api/#range-vectors */
const documented = matrix([
  {
    metric: { __name__: "up", job: "prometheus", instance: "localhost:9090" },
    values: [
      [1435781430.781, "1"],
      [1435781445.781, "+Inf"],
    ],
  },
  { metric: { __name__: "up", job: "node", instance: "localhost:9091" }, values: [[1435781430, "NaN"]] },
  { metric: { __name__: "up", job: "gone" }, values: [] },
]);

test("a matrix is its series, times in ms, numbers as they are; a series without samples is none", () => {
  expect(readSeries(documented)).toEqual([
    {
      name: "up",
      labels: new Map([
        ["job", "prometheus"],
        ["instance", "localhost:9090"],
      ]),
      samples: [
        [1435781430781, 1],
        [1435781445781, Infinity],
      ],
    },
    { name: "up", labels: new Map(Object.entries({ job: "node", instance: "localhost:9091" })), samples: [[1435781430000, Number.NaN]] },
  ]);
});

test.each<[string, ReturnType<typeof answered>, string]>([
  [
    "bad data",
    answered({ status: "error", errorType: "bad_data", error: 'invalid parameter "query": 1:3: parse error' }, 400),
    'answered 400: bad_data: invalid parameter "query": 1:3: parse error',
  ],
  [
    "a query that takes too much",
    answered({ status: "error", errorType: "execution", error: "query processing would load too many samples into memory" }, 422),
    "answered 422: execution: query processing would load too many samples",
  ],
  ["a server that starts", answered("Service Unavailable", 503), "answered 503, which is no answer of a Prometheus"],
  ["a web page", answered("<html>", 200), "answered 200, which is no answer of a Prometheus"],
  ["an error that goes on for pages", answered({ status: "error", error: "x".repeat(5_000) }, 500), `answered 500: ${"x".repeat(199)}…`],
  [
    "warnings",
    answered({ status: "success", warnings: ["No StoreAPIs matched"], data: { resultType: "matrix", result: [] } }),
    "answered with a part of the data only: No StoreAPIs matched",
  ],
  ["another type", answered({ status: "success", data: { resultType: "scalar", result: [1435781451.781, "1"] } }), "no matrix of samples"],
  [
    "a native histogram",
    matrix([{ metric: { __name__: "h" }, histograms: [[1435781430, { count: "5" }]] }]),
    "keeps h as a native histogram",
  ],
  ["a word", matrix([{ metric: { __name__: "h" }, values: [[1435781430, "five"]] }]), "a sample of h that is no number"],
  ["a series that is a text", matrix(["up"]), "a series without labels"],
])("refused: %s", (_says, answer, because) => {
  expect(() => readSeries(answer)).toThrow(NoSeries);
  expect(() => readSeries(answer)).toThrow(because);
});
