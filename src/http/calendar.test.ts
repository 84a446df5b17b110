import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { smallPlan } from "../../test/fixtures/small-adapters.ts";
import { smallApi } from "../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../test/fixtures/small-api.ts";
import type { CalendarAnswer } from "./contract/calendar.ts";
import type { ProblemAnswer, StartReleaseAnswer } from "./contract.ts";

const DAY_MS = 86_400_000;
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Now and the weekday in the zone, in whose windows nothing starts before tomorrow. */
const zoned = Temporal.Now.zonedDateTimeISO("Europe/Paris");
const tomorrow = zoned.toPlainDate().add({ days: 1 });
const opensMs = tomorrow.toZonedDateTime({ timeZone: "Europe/Paris", plainTime: "10:00" }).epochMilliseconds;

function planWith(windows: string, name = "shop"): string {
  return smallPlan.replace("name: shop", `name: ${name}`).replace("people:", `windows: ${windows}\npeople:`);
}
const windowed = planWith(`{ prefer: ["${days[tomorrow.dayOfWeek - 1]} 10:00-12:00"], avoid: ["${days[zoned.dayOfWeek - 1]}"] }`);

async function start(api: SmallApi, text: string, more: object = {}): Promise<StartReleaseAnswer> {
  const body = { plan: { text, file: "plan.yaml" }, versions: { web: "2" }, stable: { web: "1" }, reason: "a test", ...more };
  const answer = await api.call("POST", "/api/v1/releases", { headers: { "idempotency-key": crypto.randomUUID() }, body });
  expect(answer.status).toBe(201);
  return (await answer.json()) as StartReleaseAnswer;
}

async function begin(api: SmallApi, text: string): Promise<string> {
  return (await start(api, text)).id;
}

async function calendar(api: SmallApi, query = ""): Promise<CalendarAnswer> {
  const answer = await api.call("GET", `/api/v1/calendar${query}`, { as: "vera" });
  expect(answer.status).toBe(200);
  return (await answer.json()) as CalendarAnswer;
}

describe("GET /api/v1/calendar", () => {
  test("without a release there is no plan, and the days are those of UTC", async () => {
    const api = await smallApi();
    const answer = await calendar(api, "?from=2025-08-18");
    expect(answer).toMatchObject({ plan: null, environment: null, timeZone: "UTC", plans: [], bands: [], releases: [], nextStartMs: null });
    expect(answer.days.map(({ date, toMs, fromMs }) => [date, toMs - fromMs])[0]).toEqual(["2025-08-18", DAY_MS]);
    expect(answer.days).toHaveLength(7);
  });

  test("a waiting release is foreseen at its window's opening; windows, starts that fit and freezes stand beside it", async () => {
    const api = await smallApi();
    const id = await begin(api, windowed);
    await api.call("POST", "/api/v1/freezes", { body: { environment: "staging", reason: "elsewhere" } });
    const untilMs = opensMs - 3_600_000;
    await api.call("POST", "/api/v1/freezes", { body: { environment: "production", reason: "stocktaking", untilMs } });
    const answer = await calendar(api, `?from=${zoned.toPlainDate().toString()}&days=3&language=fr`);
    expect(answer).toMatchObject({
      plan: { name: "shop", title: "A small shop" },
      environment: "production",
      timeZone: "Europe/Paris",
      nextStartMs: opensMs,
      starts: [{ fromMs: opensMs, lastMs: opensMs + 90 * 60_000, extendedLastMs: opensMs + 90 * 60_000 }],
    });
    expect(answer.bands.map(({ kind, says }) => [kind, says])).toEqual([
      ["preferred", expect.stringContaining("10:00-12:00")],
      ["avoided", days[zoned.dayOfWeek - 1]],
      ["freeze", "stocktaking"],
    ]);
    expect(answer.bands[0]).toMatchObject({ fromMs: opensMs, toMs: opensMs + 2 * 3_600_000 });
    expect(answer.releases).toMatchObject([
      {
        id,
        state: "planned",
        status: "waiting",
        fromMs: opensMs,
        toMs: opensMs + 30 * 60_000,
        extendedToMs: opensMs + 30 * 60_000,
        outside: null,
      },
    ]);
    expect(answer.releases[0]?.sentence).toContain("En attente");
  });

  test("a plan that does not fit where it would start sticks out, with the next start that fits", async () => {
    const api = await smallApi();
    // It opens for an hour before midnight and closes for the whole next day: the second phase would begin when nothing advances.
    const [first, second] = [tomorrow, tomorrow.add({ days: 1 })].map((date) => days[date.dayOfWeek - 1]);
    const today = days[zoned.dayOfWeek - 1];
    const text = planWith(`{ prefer: ["${first} 23:50-24:00", "${second} 20:00-23:00"], avoid: ["${today}", "${second} 00:00-20:00"] }`);
    const id = await begin(api, text);
    const [release] = (await calendar(api, `?from=${zoned.toPlainDate().toString()}&language=en`)).releases;
    const fitsMs = tomorrow.add({ days: 1 }).toZonedDateTime({ timeZone: "Europe/Paris", plainTime: "20:00" }).epochMilliseconds;
    expect(release).toMatchObject({
      id,
      state: "planned",
      outside: { nextFitMs: fitsMs, says: expect.stringContaining("nothing advances") },
    });
  });

  test("a scheduled release stands at its moment; where that leaves no time it sticks out, and whoever scheduled it was warned", async () => {
    const api = await smallApi();
    const at = `${tomorrow.toString()}T11:45`;
    const { id, problems } = await start(api, windowed, { at });
    expect(problems.map(({ code }) => code)).toContain("start-misfit");
    const [release] = (await calendar(api, `?from=${zoned.toPlainDate().toString()}&days=3&language=en`)).releases;
    const atMs = opensMs + 105 * 60_000;
    expect(release).toMatchObject({ id, state: "planned", fromMs: atMs, toMs: atMs + 30 * 60_000 });
    expect(release?.outside?.says).toContain("its window closes at 12:00");
    expect(release?.outside?.nextFitMs).toBeGreaterThan(atMs);
  });

  test("what is scheduled for the next window fits it, and nobody is warned", async () => {
    const api = await smallApi();
    const { problems } = await start(api, windowed, { nextWindow: true });
    expect(problems.filter(({ code }) => code.startsWith("start-"))).toEqual([]);
    const [release] = (await calendar(api, `?from=${zoned.toPlainDate().toString()}&days=3`)).releases;
    expect(release).toMatchObject({ state: "planned", fromMs: opensMs, outside: null });
  });

  test("a release that was stopped lies where it was, and in no later week", async () => {
    const api = await smallApi();
    const id = await api.begin();
    await api.call("POST", `/api/v1/releases/${id}/requests`, { headers: { "if-match": '"0"' }, body: { kind: "stop", reason: "a test" } });
    const [release] = (await calendar(api)).releases;
    expect(release).toMatchObject({ id, state: "over", status: "stopped", outside: null });
    expect(release?.extendedToMs).toBe(release?.toMs);
    const later = zoned.toPlainDate().add({ days: 30 }).toString();
    expect((await calendar(api, `?from=${later}`)).releases).toEqual([]);
  });

  test("the plan that was released last is shown unless another is named", async () => {
    const api = await smallApi();
    const first = await begin(api, planWith('{ prefer: ["mon 10:00-12:00"] }', "first"));
    await api.call("POST", `/api/v1/releases/${first}/requests`, {
      headers: { "if-match": '"0"' },
      body: { kind: "stop", reason: "a test" },
    });
    await begin(api, planWith('{ prefer: ["tue 10:00-12:00"] }', "second"));
    expect((await calendar(api)).plans.map(({ name }) => name)).toEqual(["second", "first"]);
    expect((await calendar(api, "?plan=first")).bands.map(({ says }) => says)).toEqual(["mon 10:00-12:00"]);
    const unknown = await api.call("GET", "/api/v1/calendar?plan=third");
    expect([unknown.status, ((await unknown.json()) as ProblemAnswer).errors?.[0]?.pointer]).toEqual([400, "/plan"]);
  });

  test("days of a clock change are 23 and 25 hours long, and the bands follow the wall clock", async () => {
    const api = await smallApi();
    await begin(api, planWith('{ prefer: ["sun 01:00-05:00"], avoid: ["holidays FR"] }'));
    const hours = async (from: string): Promise<unknown> => {
      const {
        days: [day],
        bands,
      } = await calendar(api, `?from=${from}&days=1`);
      return [day, ...bands].map((span) => ((span?.toMs ?? 0) - (span?.fromMs ?? 0)) / 3_600_000);
    };
    expect(await hours("2026-03-29")).toEqual([23, 3]);
    const { days: sunday } = await calendar(api, "?from=2026-03-29&days=2");
    expect(sunday.map(({ change }) => change)).toEqual([{ atMs: Date.parse("2026-03-29T01:00Z"), byMs: 3_600_000 }, null]);
    expect(await hours("2026-10-25")).toEqual([25, 5]);
    const {
      days: [day],
      bands,
    } = await calendar(api, "?from=2025-11-11&days=1&language=en");
    expect(day?.holiday).toMatch(/\(FR\)$/);
    expect(bands).toMatchObject([{ kind: "holiday", says: day?.holiday }]);
    expect((await calendar(api, "?from=2025-11-10")).starts).toEqual([]);
  });

  test.each(["from=2025-02-30", "from=1999-12-31", "from=today", "days=0", "days=43", "plan=", "language=de"])(
    "?%s is refused",
    async (query) => {
      const api = await smallApi();
      expect((await api.call("GET", `/api/v1/calendar?${query}`)).status).toBe(400);
    },
  );
});
