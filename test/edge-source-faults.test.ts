import { createEdgeSource } from "../src/adapters/metrics/edge.ts";
import { createClock } from "../src/engine/clock.ts";
import { sourceFaults } from "./contract/source-faults.ts";
import type { Behaviour } from "./contract/small-server.ts";
import { sampleContext, sampleQuery } from "./sample-query.ts";

/** What an edge says of the canary's requests from people that it answered, whatever `failed` is. */
function page(failed: string, born = "process_start_time_seconds 1755600000\n"): Behaviour {
  const labels = (status: string): string => `{arm="canary",service="shop",who="people",status="${status}",slice="0"}`;
  const text = `${born}serin_edge_requests_total${labels("2xx")} 3\nserin_edge_requests_total${labels("5xx")} ${failed}\n`;
  return (_request, response) => void response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(text);
}

sourceFaults("edge", {
  connect: ({ url, timeoutMs, secret }) => ({
    source: createEdgeSource({ control: [url], token: secret, timeout: `${timeoutMs}ms` }, { clock: createClock() }),
    query: sampleQuery("5xx-rate", { source: "edge", kind: "ratio", query: { bad: "5xx" } }),
    context: sampleContext(0),
  }),
  answers: page("1"),
  spoilt: {
    NaN: page("NaN"),
    infinity: page("+Inf"),
    "a count below zero": page("-1"),
    "a text as its value": page("many"),
    nothing: (_request, response) => void response.end(),
  },
  hasTls: false,
  isJson: false,
});
