import { describe, expect, onTestFinished, test } from "vitest";
import { http } from "../src/adapters/metrics/http.ts";
import { createClock } from "../src/engine/clock.ts";
import { startSmallServer } from "./contract/small-server.ts";
import type { Behaviour } from "./contract/small-server.ts";
import { ecomsimply } from "./ecomsimply-example.ts";

const plan = ecomsimply();
const context = { release: "r", environment: "production", sinceMs: 0, targets: [] };

/** PriceTruth, and the shop as its control target, at the addresses that the example's connection would have; `consensus: null` is a PriceTruth that is down. */
async function world(consensus: number | null, shop: Behaviour = (_request, response) => response.end("ok")) {
  const priceTruth: Behaviour = (request, response) => {
    if (consensus === null) return response.writeHead(503).end("<html>maintenance</html>");
    const answers: Readonly<Record<string, unknown>> = { "/api/consensus": { consensus, sources: 7 }, "/health": { status: "up" } };
    const answer = answers[request.url ?? ""];
    return response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
  };
  const servers = await Promise.all([startSmallServer(priceTruth), startSmallServer(shop)]);
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.close()))));
  if (shop === "refuses") await servers[1].behave("refuses");
  const words = { ...plan.connection("pricetruth"), url: servers[0].url, control: `${servers[1].url}/health`, timeout: "20s" };
  const source = http.create(http.connection.parse(words), { clock: createClock(), dataDir: "unused" });
  const asked = ["pricetruth-consensus", "pricetruth"].map((name) => plan.query(name));
  const readings = await source.read(asked, context, new AbortController().signal);
  return { consensus: readings.get("pricetruth-consensus"), probe: readings.get("pricetruth") };
}

describe("PriceTruth as examples/ecomsimply asks for it", () => {
  test("its consensus is a level of the canary, and it is up", async () => {
    const { consensus, probe } = await world(0.83);
    expect(consensus).toMatchObject({ kind: "level", canary: 0.83, stable: null });
    expect(probe).toMatchObject({ kind: "probe", down: false });
  });

  test("down is said while the shop answers, and its consensus is not there", async () => {
    const { consensus, probe } = await world(null);
    expect(probe).toMatchObject({ kind: "probe", down: true });
    expect(consensus).toEqual({ kind: "unavailable", why: expect.stringContaining("answered 503") });
  });

  test("down is not said when the shop is silent too: our own network may be to blame", async () => {
    await expect(world(null, "refuses")).rejects.toThrow(/answered 503/);
  });
});
