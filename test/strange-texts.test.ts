import { expect, test } from "vitest";
import { readEvents } from "../src/cli/event-stream.ts";
import type { ProblemAnswer } from "../src/http/contract.ts";
import { smallPlan } from "./fixtures/small-adapters.ts";
import { smallApi } from "./fixtures/small-api.ts";

const markup = `</script><img src=x onerror=alert(1)>`;
const texts = [markup, "'\"><svg/onload=alert(1)>", "\u2028\u2029", "javascript:alert(1)", "{{7*7}}", "a\nevent: entry\ndata: {}"];

test.each(texts)("what a stranger wrote is answered as JSON that no browser takes for a page: %j", async (text) => {
  const api = await smallApi();
  // A plan's title has one line; a reason may have several.
  const title = /[\n\u2028\u2029]/.test(text) ? "A shop" : text;
  const plan = {
    text: smallPlan.replace("title: A small shop", `title: ${JSON.stringify(title)}`),
    file: `${text.slice(0, 20).replaceAll(/\s/g, "")}.yaml`,
  };
  const begun = await api.call("POST", "/api/v1/releases", {
    headers: { "idempotency-key": "one" },
    body: { plan, versions: { web: "2<b>" }, stable: { web: "1" }, reason: `because ${text}` },
  });
  expect(begun.status).toBe(201);
  const { id } = (await begun.json()) as { readonly id: string };
  for (const path of ["", "/journal", "/why", "/readiness", "/events"]) {
    const answer = await api.call("GET", `/api/v1/releases/${id}${path}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toMatch(path === "/events" ? /^text\/event-stream$/ : /^application\/json/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    await answer.body?.cancel();
  }
  const stream = await api.call("GET", `/api/v1/releases/${id}/events`);
  const { value } = await readEvents(stream.body as ReadableStream<Uint8Array>).next();
  expect(value?.data).toMatchObject({ title });
});

test.each([
  `/api/v1/${encodeURIComponent(markup)}`,
  `/api/v1/releases/${encodeURIComponent(markup)}`,
  `/api/v1/releases?limit=${encodeURIComponent(markup)}`,
])("a problem repeats what was asked as JSON: %s", async (path) => {
  const api = await smallApi();
  const answer = await api.call("GET", path);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  expect(((await answer.json()) as ProblemAnswer).status).toBe(answer.status);
});
