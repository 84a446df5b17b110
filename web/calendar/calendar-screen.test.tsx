// @vitest-environment jsdom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SessionPerson } from "../../src/http/contract/access.ts";
import type { CalendarAnswer } from "../../src/http/contract/calendar.ts";
import type { ListFreezesAnswer } from "../../src/http/contract.ts";
import { SessionProvider, useSession } from "../app/session.tsx";
import { problem, rachel } from "../test/settings-server.ts";
import { CalendarScreen } from "./calendar-screen.tsx";

const hourMs = 3_600_000;
const nowMs = Date.parse("2025-08-19T12:00:00+02:00");
const dayOf = (date: string) => {
  const fromMs = Date.parse(`${date}T00:00:00+02:00`);
  return { date, fromMs, toMs: fromMs + 24 * hourMs, change: null, holiday: null };
};

/** A server in a few variables, and the stream of releases that it sends. */
let person: SessionPerson = rachel;
let freezes: ListFreezesAnswer["freezes"] = [];
let isRefusing = false;
let asked: { readonly what: string; readonly query: URLSearchParams; readonly body: unknown }[] = [];
let streams: EventTarget[] = [];
let root: ReturnType<typeof createRoot>;
let place: HTMLElement;

function calendarFrom(from: string | null): CalendarAnswer {
  const monday = from ?? "2025-08-18";
  const days = Array.from({ length: 7 }, (_, index) =>
    new Date(Date.parse(`${monday}T00:00Z`) + index * 24 * hourMs).toISOString().slice(0, 10),
  );
  return {
    nowMs,
    timeZone: "Europe/Paris",
    plan: { name: "shop", title: "The shop" },
    environment: "production",
    plans: [
      { name: "shop", title: "The shop" },
      { name: "blog", title: "The blog" },
    ],
    days: days.map(dayOf),
    bands: [],
    starts: [],
    releases: [],
    nextStartMs: freezes.some(({ untilMs }) => untilMs === null) ? null : Date.parse("2025-08-26T14:00:00+02:00"),
  };
}

async function answerTo(address: string, init: RequestInit): Promise<Response> {
  const url = new URL(address, "http://serin.test");
  const what = `${init.method} ${url.pathname}`;
  asked.push({ what, query: url.searchParams, body: typeof init.body === "string" ? JSON.parse(init.body) : null });
  if (what === "GET /api/v1/session") return Response.json({ person, hasLogin: true, version: "1" });
  if (what === "GET /api/v1/calendar") return Response.json(calendarFrom(url.searchParams.get("from")));
  if (isRefusing) return Response.json(problem, { status: problem.status });
  if (what === "POST /api/v1/freezes") return Response.json({}, { status: 201 });
  if (what === "DELETE /api/v1/freezes/production") return new Response(null, { status: 204 });
  throw new Error(`nobody answers ${what}`);
}

beforeEach(() => {
  [person, freezes, isRefusing, asked, streams] = [rachel, [], false, [], []];
  class Stream extends EventTarget {
    readyState = 1;
    constructor() {
      super();
      streams.push(this);
    }
    close(): void {
      this.readyState = 2;
    }
  }
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.stubGlobal("EventSource", Stream);
  vi.stubGlobal("fetch", answerTo);
  history.replaceState(null, "", "/calendar");
  place = document.createElement("div");
  document.body.append(place);
  root = createRoot(place);
});

afterEach(async () => {
  await act(async () => root.unmount());
  place.remove();
  vi.unstubAllGlobals();
});

function Screen() {
  const { session } = useSession();
  return session.kind === "known" && session.answer.person !== null ? <CalendarScreen /> : null;
}

async function show(): Promise<void> {
  await act(async () =>
    root.render(
      <SessionProvider code={null}>
        <Screen />
      </SessionProvider>,
    ),
  );
  await act(async () => vi.waitFor(() => expect(place.querySelector(".week")).not.toBeNull()));
}

/** What the server tells everybody who looks. */
const hear = (): Promise<void> =>
  act(async () => {
    const event = new MessageEvent("releases", { data: JSON.stringify({ releases: [], next: null, freezes, nowMs }) });
    for (const stream of streams) stream.dispatchEvent(event);
  });

const text = (): string => (place.textContent ?? "").replaceAll(/\s+/gu, " ");
const buttons = (): readonly string[] =>
  [...place.querySelectorAll("button")].map((one) => one.getAttribute("aria-label") ?? one.textContent ?? "");

function named(selector: string, name: string): HTMLElement {
  const found = [...place.querySelectorAll<HTMLElement>(selector)].find((one) =>
    (one.getAttribute("aria-label") ?? one.textContent ?? "").startsWith(name),
  );
  if (found === undefined) throw new Error(`no ${selector} "${name}" in ${text()}`);
  return found;
}

const press = (name: string): Promise<void> => act(async () => named("button", name).click());

async function type(label: string, value: string): Promise<void> {
  const field = named("label", label).querySelector("input");
  await act(async () => {
    // As a person does it: React watches the element's own property.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, value);
    field?.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const submit = (): Promise<void> => act(async () => place.querySelector("form")?.requestSubmit());
const asks = (what: string): unknown[] => asked.filter((one) => one.what === what).map(({ body }) => body);

describe("the week", () => {
  test("is this one, and the address names another", async () => {
    await show();
    expect(text()).toContain("Mon 18 Aug to Sun 24 Aug 2025");
    await press("Next week");
    await vi.waitFor(() => expect(text()).toContain("Mon 25 Aug to Sun 31 Aug 2025"));
    expect(location.search).toBe("?from=2025-08-25");
    await press("Previous week");
    await vi.waitFor(() => expect(text()).toContain("Mon 18 Aug to Sun 24 Aug 2025"));
    expect(location.search).toBe("");
  });

  test("leads to the week of the next start that fits", async () => {
    await show();
    expect(text()).toContain("extensions included: Tue 26 Aug 14:00.");
    await press("Show it");
    await vi.waitFor(() => expect(text()).toContain("Mon 25 Aug to Sun 31 Aug 2025"));
    expect(buttons()).not.toContain("Show it");
  });

  test("is that of the plan that is chosen; a day that is none is this week", async () => {
    history.replaceState(null, "", "/calendar?from=2025-02-30");
    await show();
    const select = place.querySelector("select");
    await act(async () => {
      if (select !== null) select.value = "blog";
      select?.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await vi.waitFor(() => expect(asked.at(-1)?.query.get("plan")).toBe("blog"));
    expect(asked.filter(({ query }) => query.has("from"))).toEqual([]);
  });

  test("is asked for again when somebody froze something, and not for the seconds that pass", async () => {
    await show();
    await hear();
    const count = (): number => asks("GET /api/v1/calendar").length;
    const before = count();
    await hear();
    expect(count()).toBe(before);
    freezes = [{ environment: "production", release: null, sinceMs: nowMs, by: "omar", reason: "stocktaking", untilMs: nowMs + hourMs }];
    await hear();
    await vi.waitFor(() => expect(count()).toBe(before + 1));
    expect(text()).toContain("production is frozen: nothing starts or advances there.stocktaking (by omar, since 12:00, until 13:00)");
  });
});

describe("a freeze", () => {
  test("is set with a reason and an end in the plan's zone", async () => {
    await show();
    await press("Freeze production");
    await type("Why", " stocktaking ");
    await type("Until (Europe/Paris)", "2025-12-31T18:00");
    await submit();
    const untilMs = Date.parse("2025-12-31T17:00:00Z");
    await vi.waitFor(() => expect(asks("POST /api/v1/freezes")).toEqual([{ environment: "production", reason: "stocktaking", untilMs }]));
    await vi.waitFor(() => expect(place.querySelector("form")).toBeNull());
  });

  test("is lifted with a reason; a refusal is said, and what was typed stays", async () => {
    freezes = [{ environment: "production", release: "shop-1", sinceMs: nowMs, by: null, reason: null, untilMs: null }];
    await show();
    await hear();
    expect(text()).toContain("release shop-1 was halted (since 12:00, until somebody lifts it)");
    isRefusing = true;
    expect(text()).toContain("No start fits as long as the freeze lasts.");
    await press("Lift the freeze of production");
    await type("Why", "mended");
    await submit();
    await vi.waitFor(() => expect(text()).toContain("The disk is full."));
    isRefusing = false;
    await submit();
    await vi.waitFor(() => expect(asks("DELETE /api/v1/freezes/production")).toEqual([{ reason: "mended" }, { reason: "mended" }]));
  });

  test.each<[string, Partial<SessionPerson>, readonly string[]]>([
    ["a release manager sets and lifts", { roles: ["release-manager"] }, ["Freeze production…", "Lift the freeze of production…"]],
    ["a DevOps lead sets", { roles: ["devops-lead"] }, ["Freeze production…"]],
    ["a viewer does neither", { roles: ["viewer"] }, []],
    ["nor who may elsewhere", { roles: ["release-manager"], environments: ["staging"] }, []],
  ])("%s", async (_says, who, expected) => {
    person = { ...rachel, ...who };
    freezes = [{ environment: "production", release: null, sinceMs: nowMs, by: "omar", reason: "stocktaking", untilMs: null }];
    await show();
    await hear();
    expect(buttons().filter((name) => /freeze/i.test(name))).toEqual(expected);
  });
});
