import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { lighthouse } from "../../src/adapters/metrics/lighthouse.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { Query, Reading, Target } from "../../src/ports.ts";
import { startSmallServer } from "../contract/small-server.ts";
import { ask, folder, rulesOf, score, target } from "../lighthouse-world.ts";
import { onSystem, programPath } from "./on-system.ts";

const text = "<h1>Your dashboard</h1><p>Three orders are waiting.</p>";
const head = '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Shop</title></head>';
/** A script that blocks the page, and two faults of accessibility. */
const worse = `${text}<img src="/a.png"><input><script>const t = performance.now(); while (performance.now() - t < 1500);</script>`;

/** A shop that shows its dashboard to people who are logged in, and calls its own address for the rest. */
async function shop(body: string) {
  const small = await startSmallServer((request, response) => {
    if (request.url === "/login") return void response.writeHead(204, { "set-cookie": "session=known; Path=/; HttpOnly" }).end();
    if (request.url === "/broken") return void response.writeHead(500).end("oh");
    if (request.url === "/dashboard" && !/session=known/.test(request.headers.cookie ?? "")) {
      return void response.writeHead(302, { location: "/sign-in" }).end();
    }
    response.setHeader("content-type", "text/html");
    response.end(`${head}<body><main>${request.url === "/sign-in" ? "<h1>Sign in</h1>" : body}</main></body></html>`);
  });
  onTestFinished(() => small.close());
  return small;
}

/** Processes whose command line or environment names the folder. */
function leftBehind(place: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(place);
    } catch {
      return false;
    }
  });
}

onSystem({ name: "lighthouse in the machine's Chromium", needs: ["chromium"] }, () => {
  const begin = (connection: Readonly<Record<string, unknown>>, targets: readonly Target[]) => {
    const dataDir = folder();
    const closing = new AbortController();
    const options = lighthouse.connection.parse({ chromium: programPath("chromium"), ...connection });
    const source = lighthouse.create(options, { clock: createClock(), dataDir, closing: closing.signal });
    onTestFinished(async () => {
      closing.abort();
      await vi.waitFor(() => expect(leftBehind(dataDir)).toEqual([]));
    });
    const read = (...queries: readonly Query[]) =>
      source.read(queries, { release: "r", environment: "production", sinceMs: 0, targets }, new AbortController().signal);
    return { read, dataDir, closing };
  };
  const measured = (read: () => Promise<ReadonlyMap<string, Reading>>) =>
    vi.waitFor(
      async () => {
        const readings = await read();
        expect([...readings.values()].filter((one) => one.kind === "unavailable" && one.soon)).toEqual([]);
        return readings;
      },
      { timeout: 100_000, interval: 200 },
    );
  const login = { service: "frontend", request: "POST /login", form: { name: "a" } };

  test("scores both versions of a page behind a login, names what is wrong, keeps the reports, leaves nothing running", async () => {
    const [canary, stable] = [await shop(worse), await shop(text)];
    const at = begin({ login }, [target({ url: canary.url }), target({ url: stable.url, arm: "stable", version: "1" })]);
    const page = { path: "/dashboard", contains: "Your dashboard" };
    const both = [ask(page, "speed"), ask({ ...page, category: "accessibility" }, "access")];
    const readings = await measured(() => at.read(...both));
    const [speed, access] = [readings.get("speed"), readings.get("access")];
    const [[slow, quick], [poor, good]] = [score(speed), score(access)] as [[number, number], [number, number]];
    expect(quick).toBeGreaterThanOrEqual(slow + 10);
    expect([good >= 95, poor <= good - 10]).toEqual([true, true]);
    const findings = rulesOf(access);
    expect(findings.map(({ rule }) => rule).toSorted()).toEqual(["image-alt", "label"]);
    expect(readFileSync(findings[0]?.at ?? "", "utf8")).toContain("Lighthouse");
    at.closing.abort();
    await vi.waitFor(() => expect(leftBehind(at.dataDir)).toEqual([]));
    const reports = readdirSync(join(at.dataDir, "reports"));
    expect(reports.filter((name) => name.endsWith("-canary-dashboard")).length).toBeGreaterThanOrEqual(1);
  });

  test.each([
    ["a page that wants a login", "/dashboard", /it ended at \/sign-in, which is not the page/],
    ["a page that breaks", "/broken", /ERRORED_DOCUMENT_REQUEST.*Status code: 500/],
  ])("%s has no score", async (_says, path, why) => {
    const canary = await shop(text);
    const at = begin({}, [target({ url: canary.url })]);
    await vi.waitFor(() => expect(at.read(ask({ path }))).rejects.toThrow(why), { timeout: 50_000, interval: 200 });
  });
});
