import { expect, test } from "vitest";
import { edge as edgeSource } from "../src/adapters/metrics/edge.ts";
import { drawFairly } from "../src/adapters/traffic/edge/draw.ts";
import type { Draw } from "../src/adapters/traffic/edge/draw.ts";
import { readPlan } from "../src/config/plan-file.ts";
import { checksOf, quantitiesOf } from "../src/core/checks.ts";
import type { Plan } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Query, Reading } from "../src/ports.ts";
import { difference } from "../src/engine/increments.ts";
import type { SeriesCursor } from "../src/engine/increments.ts";
import { add, begin, judge } from "../src/evidence/evidence.ts";
import type { TestState } from "../src/evidence/test-spec.ts";
import type { Verdict } from "../src/evidence/verdict.ts";
import { openBrowserPage } from "./browser-page.ts";
import { soundCatalogue, soundPlan } from "./config/sound-plan.ts";
import type { SmallShop } from "./contract/small-shop.ts";
import { openEdgeWorld, token } from "./edge-world.ts";
import type { EdgeWorld } from "./edge-world.ts";

const never = new AbortController().signal;
/** Long enough for a page to load and be looked at on a busy machine. */
const turnMs = 4_000;
const errors = "browser-errors > 2%";
const silence = "silent-pages > 200% of stable";

/** A sound plan whose guards and gates are of what pages report. */
function planOfPages(): Plan {
  const metrics = `metrics:
  browser-errors: { kind: ratio, source: edge, bad: browser-errors }
  page-errors: { kind: count, source: edge, bad: browser-errors }
  silent-pages: { kind: ratio, source: edge, bad: silent-pages }
  lcp: { kind: latency, source: edge, of: lcp }
  inp: { kind: latency, source: edge, of: inp, where: 'service="frontend"' }
  cls: { kind: ratio, source: edge, bad: "cls > 0.1" }
`;
  const guards = `guards:
  - { when: "${errors}", then: rollback }
  - { when: "${silence}", then: rollback }
  - { when: "lcp p75 > 4s", then: rollback within 5m }
holdback: 1%
`;
  const text = soundPlan
    .replace(/^metrics:\n(?: .*\n)+/m, metrics)
    .replace(/^guards:\n(?: .*\n)+/m, guards)
    .replace(
      /gates:\n {6}errors: .*\n {6}latency: .*\n {6}orders: .*\n/,
      "gates:\n      lcp: { pass: p75 < 2.5s, else: hold }\n      inp: p75 < 200ms\n      cls: < 25%\n",
    )
    .replace(/gates:\n {6}memory: .*\n {6}fatals: .*\n {6}consensus: .*/, "gates:\n      page-errors: none");
  const { plan, problems } = readPlan(text, "plan.yaml", soundCatalogue());
  expect(problems).toEqual([]);
  if (plan === null) throw new Error("the plan cannot be read");
  return plan;
}

test("a plan may ask for everything that pages report, and knows what is people", () => {
  const { metrics } = planOfPages();
  expect(Object.values(metrics).map(({ name, unit }) => `${name} ${unit}`)).toEqual([
    "browser-errors person",
    "page-errors person",
    "silent-pages person",
    "lcp request",
    "inp request",
    "cls request",
  ]);
});

/** A page that its script fills, as a redesign may. */
function servePage(shop: SmallShop, script: string): void {
  const html = `<!doctype html><head><script src="/.serin/beacon.js"></script></head><body><div id="root"></div><script src="/app.js"></script>`;
  shop.on("GET /", (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end(html));
  shop.on("GET /app.js", (_request, response) => response.writeHead(200, { "content-type": "text/javascript" }).end(script));
}

/** Somebody looks at the page that the edge sends them, in a browser: their second, since a first visit draws only. */
async function visit(world: EdgeWorld): Promise<void> {
  const person = world.person();
  await person.load();
  const page = await person.load();
  const cookie = (): string => `serin=${person.cookies.get("serin")}`;
  const underWay: Promise<unknown>[] = [];
  const browser = await openBrowserPage({
    url: `${world.edge.url}/`,
    html: page.text,
    mark: /serin;desc="([^"]*)"/.exec(String(page.headers["server-timing"]))?.[1] ?? null,
    answer: (request) => fetch(request.url, { headers: { cookie: cookie() } }),
    deliver: (url, body) => underWay.push(fetch(url, { method: "POST", body, headers: { cookie: cookie() } })),
  });
  browser.pass(10_000);
  browser.turn("hidden");
  await Promise.all(underWay);
}

/** What a guard says after one reading before and more after `people`, until each of them has been counted. */
async function verdictAfter(world: EdgeWorld, guard: string, people: readonly (() => Promise<void>)[]): Promise<Verdict> {
  const check = checksOf(planOfPages()).find(({ id }) => id === guard);
  const query = quantitiesOf(planOfPages()).find(({ quantity }) => quantity === check?.quantity);
  if (check === undefined || query === undefined) throw new Error("the plan has no such guard");
  let cursor: SeriesCursor | undefined;
  let state: TestState = begin(check.spec);
  const read = async (): Promise<number> => {
    const reading = await readPages(world, query);
    const { seen, cursor: changed } = difference(reading, cursor, null);
    cursor = { ...cursor, ...changed };
    if (seen.kind !== "increment") throw new Error(`the reading is ${seen.kind}`);
    state = add(check.spec, state, seen.increment);
    return reading.kind === "counters" ? reading.series.reduce((sum, { total }) => sum + total, 0) : 0;
  };
  await read();
  for (const come of people) await come();
  await expect.poll(read).toBe(people.length);
  return judge(check.spec, state);
}

async function readPages(world: EdgeWorld, query: Query): Promise<Reading> {
  const source = edgeSource.create(edgeSource.connection.parse({ control: [world.edge.controlUrl], token }), {
    clock: createClock(),
    dataDir: "unused",
  });
  const reading = (await source.read([query], { release: "shop-1", environment: "production", targets: [], sinceMs: 0 }, never)).get(
    query.quantity,
  );
  if (reading === undefined) throw new Error("no reading");
  return reading;
}

const times = (count: number, one: () => Promise<void>): readonly (() => Promise<void>)[] => Array.from({ length: count }, () => one);

/** One on each arm in turn: how many are on the canary is no chance here. */
function inTurn(): Draw {
  let drawn = 0;
  return () => {
    drawn += 1;
    return { ...drawFairly(), bucket: drawn % 2 === 0 ? 0 : 9_999 };
  };
}

const fills = "document.querySelector('#root').innerHTML = '<h1>The shop</h1>';";

test("a canary whose page stays blank is proven bad by its people, without a single server error", async () => {
  const world = await openEdgeWorld({ limits: { turnMs }, draw: inTurn() });
  servePage(world.stable, fills);
  servePage(world.canary, "mount(document.querySelector('#root'));");
  await world.put({ sharePct: 50 });
  const verdict = await verdictAfter(
    world,
    errors,
    times(20, () => visit(world)),
  );
  expect(verdict).toMatchObject({ kind: "fail", shared: false, because: { kind: "proven-bad" }, assumes: "exact" });
  expect(verdict.estimate).toBe(1);
  const page = await (await fetch(`${world.edge.controlUrl}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
  expect(page).not.toMatch(/status="[45]xx"/);
  for (const kind of ["uncaught", "blank"])
    expect(page).toMatch(new RegExp(`browser_errors_total\\{arm="canary",service="shop",kind="${kind}"\\} [1-9]`));
  expect(page).not.toMatch(/browser_errors_total\{arm="stable"/);
});

test("a canary whose page shows what it should is not", async () => {
  const world = await openEdgeWorld({ limits: { turnMs }, draw: inTurn() });
  for (const shop of [world.stable, world.canary]) servePage(shop, fills);
  await world.put({ sharePct: 50 });
  expect(
    await verdictAfter(
      world,
      errors,
      times(12, () => visit(world)),
    ),
  ).toMatchObject({ kind: "undecided", estimate: 0 });
});

test("a canary that lost the tag is proven silent beside stable, and never counts as free of errors", async () => {
  const world = await openEdgeWorld({ limits: { turnMs: 1_200 }, draw: inTurn() });
  await world.put({ sharePct: 50 });
  // The pages of stable say a word; those of the canary, without the script, cannot.
  const come = async (): Promise<void> => {
    const person = world.person();
    await person.load();
    const page = await person.load();
    const mark = /serin;desc="([^"]*)"/.exec(String(page.headers["server-timing"]))?.[1] ?? "";
    if (page.version === "stable")
      await person.ask("POST /.serin/beacon", { "content-type": "text/plain" }, JSON.stringify({ page: mark, shown: true }));
  };
  expect(await verdictAfter(world, silence, times(80, come))).toMatchObject({ kind: "fail", because: { kind: "proven-bad" } });
  const query = quantitiesOf(planOfPages()).find(({ quantity }) => quantity === "browser-errors");
  expect(query === undefined ? null : await readPages(world, query)).toMatchObject({ kind: "unavailable" });
});
