import { describe, expect, onTestFinished, test } from "vitest";
import { samplePlan } from "../../../../test/sample-plan.ts";
import { startSmallServer } from "../../../../test/contract/small-server.ts";
import type { Behaviour } from "../../../../test/contract/small-server.ts";
import { ask, folder } from "../../../../test/lighthouse-world.ts";
import { createClock } from "../../../engine/clock.ts";
import type { Examination } from "../../define.ts";
import { lighthouse } from "../lighthouse.ts";
import { inEnglish } from "../../../../test/fixtures/said-checks.ts";

const examine = async (connection: Readonly<Record<string, unknown>>, more: Partial<Examination> = {}) => {
  const examination: Examination = { plan: samplePlan, versions: {}, queries: [ask()], recipients: [], targets: [], ...more };
  const options = lighthouse.connection.parse(connection);
  const checks = await lighthouse.examine?.(
    options,
    examination,
    { clock: createClock(), dataDir: folder() },
    new AbortController().signal,
  );
  return inEnglish(checks ?? []);
};

const server = async (behaviour: Behaviour) => {
  const small = await startSmallServer(behaviour);
  onTestFinished(() => small.close());
  return small.url;
};

describe("serin doctor asks lighthouse", () => {
  test("for the browser and its version, and for memory", async () => {
    // Node, too, says a version.
    const [browser, memory] = await examine({ chromium: process.execPath });
    expect(browser).toMatchObject({ verdict: "ok", says: expect.stringContaining(process.versions.node), remedy: null });
    expect(memory).toMatchObject({ what: "memory for a browser", says: expect.stringContaining("MiB are free") });
  });

  test("and says what to do where there is none, or it cannot be run", async () => {
    const [none] = await examine({ chromium: "/no/such/browser" });
    expect(none).toMatchObject({ verdict: "wrong", remedy: expect.stringContaining("Install Chromium") });
    const [broken] = await examine({ chromium: "/bin/false" });
    expect(broken).toMatchObject({ verdict: "wrong", says: expect.stringContaining("/bin/false cannot be run") });
  });

  test("for a service that the plan does not have", async () => {
    const checks = await examine({ chromium: process.execPath }, { queries: [ask({ service: "nobody" })] });
    expect(checks.at(-1)).toMatchObject({ verdict: "wrong", says: "The plan has no service nobody." });
  });

  test("whether the router answers", async () => {
    const arms = { canary: { "x-arm": "canary" }, stable: { "x-arm": "stable" } };
    const good = await examine({ base: await server((_, response) => void response.end("hello")), arms });
    expect(good.at(-1)).toMatchObject({ verdict: "ok", says: "It answered 200." });
    const bad = await examine({ base: await server((_, response) => void response.writeHead(503).end()), arms });
    expect(bad.at(-1)).toMatchObject({ verdict: "wrong", says: "It answered 503." });
    const gone = await examine({ base: "http://127.0.0.1:1", arms });
    expect(gone.at(-1)).toMatchObject({ verdict: "wrong", says: "GET http://127.0.0.1:1/: connection refused." });
  });

  test("whether the Lighthouse CI server knows the project and has the new version", async () => {
    const hash = "3f2a9c1e5d7b8a90c1d2e3f4a5b6c7d8e9f0a1b2";
    const url = await server((request, response) => {
      const isProject = request.url === "/v1/projects/slug:shop";
      response.end(JSON.stringify(isProject ? { id: "p" } : [{ id: "b", hash, branch: "main" }]));
    });
    const lhci = { url, project: "shop" };
    expect(await examine({ lhci }, { versions: { web: "web:3f2a9c1" } })).toEqual([
      expect.objectContaining({ verdict: "ok", says: "It answers, and has 1 builds of the project." }),
    ]);
    const [, missing] = await examine({ lhci }, { versions: { web: "web:2" } });
    expect(missing).toMatchObject({ verdict: "wrong", says: "No build is of the commit of web web:2." });
    const [gone] = await examine({ lhci: { url: "http://127.0.0.1:1", project: "shop" } });
    expect(gone).toMatchObject({ verdict: "wrong", says: expect.stringContaining("connection refused") });
  });
});
