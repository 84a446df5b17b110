import { expect, test, vi } from "vitest";
import { smallApi } from "../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../test/fixtures/small-api.ts";
import type { ProblemAnswer, ShowReleaseAnswer } from "./contract.ts";
import type { HistoryAnswer, WhatIfAnswer } from "./contract/insight.ts";

/** A release of the small plan whose first phase is observed. */
async function observed(api: SmallApi): Promise<string> {
  const id = await api.begin();
  const path = `/api/v1/releases/${id}`;
  const status = async (kind: string): Promise<number> =>
    vi.waitFor(async () => {
      const view = (await (await api.call("GET", path)).json()) as ShowReleaseAnswer;
      expect(view.status.kind).toBe(kind);
      return view.revision;
    });
  const revision = await status("waiting");
  await api.call("POST", `${path}/requests`, { headers: { "if-match": `"${revision}"` }, body: { kind: "approve", reason: "a test" } });
  await status("observing");
  return path;
}

const historyOf = async (api: SmallApi, path: string, query: Readonly<Record<string, string>>): Promise<Response> =>
  api.call("GET", `${path}/history?${String(new URLSearchParams(query))}`, { as: "vera" });

test("a viewer sees how the evidence of a gate grew, named by its id or its words, in the language that is asked for", async () => {
  const api = await smallApi();
  const path = await observed(api);
  const seen = await vi.waitFor(async () => {
    const answer = (await (await historyOf(api, path, { check: "1.error-rate" })).json()) as HistoryAnswer;
    expect(answer.points.length).toBeGreaterThan(0);
    return answer;
  });
  expect(seen).toMatchObject({
    check: "1.error-rate",
    kind: "gate",
    says: "error-rate < 0.5%",
    unit: "%",
    good: "below",
    passAt: 0.005,
    failAt: 0.05,
    phases: [{ name: "10 %", untilMs: null }],
  });
  const french = (await (await historyOf(api, path, { check: "error-rate > 5%", language: "fr" })).json()) as HistoryAnswer;
  expect(french.kind).toBe("guard");
  expect(french.explains.join("\n")).toContain("Il est franchi s’il est prouvé");
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ["no check", {}, "/check"],
  ["a check that the plan does not have", { check: "cpu < 80%" }, "/check"],
  ["a language that serin does not speak", { check: "1.error-rate", language: "de" }, "/language"],
])("refused: %s", async (_, query, pointer) => {
  const api = await smallApi();
  const answer = await historyOf(api, `/api/v1/releases/${await api.begin()}`, query);
  expect(answer.status).toBe(400);
  expect((await answer.json()) as ProblemAnswer).toMatchObject({ code: "query-invalid", errors: [{ pointer }] });
});

test("a release that there is not has no history", async () => {
  const api = await smallApi();
  const answer = await historyOf(api, "/api/v1/releases/nobody", { check: "1.error-rate" });
  expect(((await answer.json()) as ProblemAnswer).code).toBe("release-unknown");
});

test("a report is a file in the format and language that is asked for, and its page may do nothing", async () => {
  const api = await smallApi();
  const path = await observed(api);
  const get = async (query: string): Promise<Response> => api.call("GET", `${path}/report${query}`, { as: "vera" });
  const json = await get("");
  expect(json.headers.get("content-disposition")).toMatch(/^attachment; filename="serin-report-shop-[\w-]+\.json"$/u);
  expect(await json.json()).toMatchObject({
    format: "serin.dev/report/v1",
    language: "en",
    status: "observing",
    endedMs: null,
    proof: { isVerified: true },
  });
  const html = await get("?format=html&language=fr");
  expect(html.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(html.headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox$/u,
  );
  expect(html.headers.get("content-disposition")).toMatch(/^inline; filename="/u);
  expect(await html.text()).toContain('<html lang="fr">');
  expect(await (await get("?format=md")).text()).toMatch(/^# A small shop: Observing\n/u);
  expect([(await get("?format=pdf")).status, (await get("?language=de")).status]).toEqual([400, 400]);
});

test("what would have been with another line is a sentence, and a condition that makes no sense is refused with its place", async () => {
  const api = await smallApi();
  const path = await observed(api);
  const ask = async (condition: string): Promise<Response> =>
    api.call("GET", `${path}/what-if?${String(new URLSearchParams({ check: "1.error-rate", condition }))}`, { as: "vera" });
  const answer = await vi.waitFor(async () => {
    const found = (await (await ask("< 2 %")).json()) as WhatIfAnswer;
    expect(found.says).toContain("With “error-rate < 2%” it would");
    return found;
  });
  expect(answer).toMatchObject({ check: "1.error-rate", condition: "< 2%", failedMs: null });
  const refused = await ask("> 2%");
  expect([refused.status, (await refused.json()) as ProblemAnswer]).toMatchObject([
    400,
    { code: "query-invalid", errors: [{ pointer: "/condition" }], detail: '"> 2%" points the other way than "< 0.5%". Turn its sign.' },
  ]);
});
