import { describe, expect, test } from "vitest";
import { addressesOf, isServing, planMoves, readServers } from "./servers.ts";
import type { Server } from "./servers.ts";

const backends = ["serin_shop_stable", "serin_shop_canary", "serin_shop_canary_files", "serin_shop_stable_files"];

/** Every backend of a service with two places, nothing in them. */
function empty(): Server[] {
  return backends.flatMap((backend) => {
    const arms = backend === "serin_shop_stable" ? ["stable"] : ["stable", "canary"];
    return arms.flatMap((arm) =>
      [1, 2].map((place) => ({ backend, name: `${arm}${place}`, address: "127.0.0.1:1", isReady: false, isUp: false })),
    );
  });
}

/** What becomes of the servers when the commands are carried out. */
function after(servers: readonly Server[], commands: readonly string[]): Server[] {
  return commands.reduce<Server[]>(
    (now, command) => {
      const [, , name, what, value, , port] = command.split(" ");
      return now.map((server) => {
        if (`${server.backend}/${server.name}` !== name) return server;
        if (what === "addr") return { ...server, address: `${value?.includes(":") ? `[${value}]` : value}:${port}` };
        return { ...server, isReady: value === "ready", isUp: value === "ready" };
      });
    },
    [...servers],
  );
}

const shop = (canary: readonly string[], stable: readonly string[]) => ({ shop: { canary, stable } });

function moved(servers: readonly Server[], wanted: ReturnType<typeof shop>): { readonly between: Server[]; readonly end: Server[] } {
  const moves = planMoves(servers, wanted);
  if ("places" in moves) throw new Error("no room");
  const between = after(servers, moves.before);
  return { between, end: after(between, moves.after) };
}

describe("planMoves", () => {
  test("brings every copy of a server to the address, and has nothing to do then", () => {
    const wanted = shop(["127.0.0.1:11"], ["127.0.0.1:21", "[::1]:22"]);
    const { end } = moved(empty(), wanted);
    expect(addressesOf(end)).toEqual(wanted);
    expect(isServing(end)).toBe(true);
    expect(planMoves(end, wanted)).toEqual({ before: [], after: [] });
  });

  test("while people are moved both the old and the new address are there, as long as there is room", () => {
    const { end } = moved(empty(), shop(["127.0.0.1:11"], ["127.0.0.1:21"]));
    const { between } = moved(end, shop([], ["127.0.0.1:31"]));
    expect(addressesOf(between)).toEqual(shop(["127.0.0.1:11"], ["127.0.0.1:21", "127.0.0.1:31"]));
  });

  test("where every place is taken the new address takes one, and what is kept is not touched", () => {
    const { end } = moved(empty(), shop([], ["127.0.0.1:21", "127.0.0.1:22"]));
    const next = moved(end, shop([], ["127.0.0.1:22", "127.0.0.1:23"]));
    expect(addressesOf(next.end)["shop"]?.stable.toSorted()).toEqual(["127.0.0.1:22", "127.0.0.1:23"]);
    const moves = planMoves(end, shop([], ["127.0.0.1:22", "127.0.0.1:23"]));
    expect(JSON.stringify(moves)).not.toContain("stable2");
  });

  test("an address that is wanted twice takes one place, and more than there are is no room", () => {
    expect(addressesOf(moved(empty(), shop([], ["127.0.0.1:21", "127.0.0.1:21"])).end)).toEqual(shop([], ["127.0.0.1:21"]));
    const three = ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"];
    expect(planMoves(empty(), shop([], three))).toEqual({ backend: "serin_shop_stable", wanted: 3, places: 2 });
    expect(planMoves(empty(), { other: { canary: [], stable: ["127.0.0.1:1"] } })).toMatchObject({
      backend: "serin_other_stable",
      places: 0,
    });
  });
});

describe("isServing", () => {
  test.each<[string, (servers: Server[]) => Server[], boolean]>([
    ["everything answers", (servers) => servers, true],
    ["one does not answer", (servers) => servers.map((one, index) => (index === 0 ? { ...one, isUp: false } : one)), false],
    [
      "a copy has another address",
      (servers) => servers.map((one) => (one.backend.endsWith("_canary_files") ? { ...one, isReady: false } : one)),
      false,
    ],
    ["nothing is stable", () => empty(), false],
    ["there are none", () => [], false],
  ])("%s", (_name, change, serving) => {
    const { end } = moved(empty(), shop(["127.0.0.1:11"], ["127.0.0.1:21"]));
    expect(isServing(change(end))).toBe(serving);
  });
});

test("readServers reads addresses, maintenance, drain and health of an answer, and what stands behind it is not its", () => {
  const header = "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_port";
  const rows = [
    "4 serin_shop_stable 1 stable1 127.0.0.1 2 4 1 3000",
    "4 serin_shop_stable 2 stable2 ::1 0 5 1 3001",
    "4 serin_shop_stable 3 stable3 10.0.0.9 2 8 1 80",
  ];
  expect(readServers(`1\n${header}\n${rows.join("\n")}\n\n# table: serin_people, type: string\n`)).toEqual([
    { backend: "serin_shop_stable", name: "stable1", address: "127.0.0.1:3000", isReady: true, isUp: true },
    { backend: "serin_shop_stable", name: "stable2", address: "[::1]:3001", isReady: false, isUp: false },
    { backend: "serin_shop_stable", name: "stable3", address: "10.0.0.9:80", isReady: false, isUp: true },
  ]);
  expect(readServers("nothing of the kind")).toEqual([]);
});
