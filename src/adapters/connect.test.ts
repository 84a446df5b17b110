import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/fixtures/folder.ts";
import { smallAdapters } from "../../test/fixtures/small-adapters.ts";
import { createClock } from "../engine/clock.ts";
import { PortError } from "../ports.ts";
import { connectWorld } from "./connect.ts";
import type { AdapterLists, ConnectedWorld, Connections } from "./connect.ts";

const none: Connections = { sources: {}, routers: {}, workloads: {}, notifiers: {} };

async function connect(
  lists: AdapterLists,
  connections: Partial<Connections> = {},
  folders: readonly string[] = [],
): Promise<ConnectedWorld> {
  const dataDir = await temporaryFolder();
  for (const folder of folders) mkdirSync(join(dataDir, folder));
  const clock = createClock();
  return connectWorld({ lists, connections: { ...none, ...connections }, clock, dataDir });
}

test("a source is a connection by its name, or a kind with its defaults, and stays the same one", async () => {
  const world = await connect(smallAdapters(), { sources: { shop: { kind: "small", value: {} } } });
  expect(world.source("shop")).toBe(world.source("shop"));
  expect(world.source("small")).not.toBe(world.source("shop"));
});

test("a name that leads nowhere is never worth asking again, and says what there is", async () => {
  const world = await connect(smallAdapters());
  for (const ask of [() => world.source("toString"), () => world.workloads("kubernetes"), () => world.notifier("slack")]) {
    expect(ask).toThrow(PortError);
    expect(ask).toThrow(/called "\w+"; this build has the kinds/);
  }
});

test("workloads that left something behind are made at once; others at their first use", async () => {
  const made: string[] = [];
  const watched = (): AdapterLists => {
    const lists = smallAdapters();
    const workloads = lists.workloads.map((each) => ({
      ...each,
      create: (...words: Parameters<typeof each.create>) => {
        made.push(words[1].dataDir);
        return each.create(...words);
      },
    }));
    return { ...lists, workloads };
  };
  const fresh = await connect(watched());
  expect(made).toEqual([]);
  fresh.workloads("process");
  expect(made).toHaveLength(1);
  await connect(watched(), {}, ["process"]);
  expect(made).toHaveLength(2);
});
