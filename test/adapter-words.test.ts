import { expect, test } from "vitest";
import { adaptersOf } from "../src/adapters/known-connections.ts";
import { metricSources } from "../src/adapters/metrics/list.ts";
import { notifiers } from "../src/adapters/notices/list.ts";
import { routers } from "../src/adapters/traffic/list.ts";
import { workloads } from "../src/adapters/workloads/list.ts";
import { frenchAdapters, sayAdapter } from "../src/core/messages/adapters.ts";

const adapters = adaptersOf({ sources: metricSources, routers, workloads, notifiers });

test("every adapter of this build says in French what it does, and no other one is named", () => {
  const named = Object.entries(frenchAdapters).flatMap(([port, kinds]) => Object.keys(kinds).map((kind) => `${port} ${kind}`));
  expect(named.toSorted()).toEqual(adapters.map(({ port, kind }) => `${port} ${kind}`).toSorted());
  for (const adapter of adapters) {
    expect(sayAdapter(adapter, "fr")).not.toBe(adapter.says);
    // A space that does not break stands before double punctuation.
    expect(sayAdapter(adapter, "fr")).not.toMatch(/ [:;?!%]|[^\u202f][:;?!%]/u);
    expect(sayAdapter(adapter, "en")).toBe(adapter.says);
  }
});

test("an adapter of somebody else keeps its own words", () => {
  expect(sayAdapter({ port: "source", kind: "theirs", says: "Counts stars." }, "fr")).toBe("Counts stars.");
});
