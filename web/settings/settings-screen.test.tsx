// @vitest-environment jsdom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { KnownPerson } from "../../src/http/contract/access.ts";
import { forgetAsked } from "../api/use-asked.ts";
import { SessionProvider, useSession } from "../app/session.tsx";
import { SignIn } from "../app/sign-in.tsx";
import { LanguageContext, languages } from "../words/language.ts";
import type { Language } from "../words/language.ts";
import { settingsWords } from "../words/settings-words.ts";
import { connection, hourMs, nowMs, problem, rachel, session, settingsServer } from "../test/settings-server.ts";
import type { SettingsServer } from "../test/settings-server.ts";
import { SettingsScreen } from "./settings-screen.tsx";

let server: SettingsServer;
let root: ReturnType<typeof createRoot>;
let place: HTMLElement;

beforeEach(() => {
  forgetAsked();
  server = settingsServer();
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => server.fetch(address, init));
  history.replaceState(null, "", "/settings");
  place = document.createElement("div");
  document.body.append(place);
  root = createRoot(place);
});

afterEach(async () => {
  await act(async () => root.unmount());
  place.remove();
  vi.unstubAllGlobals();
});

/** The screens as `App` shows them: to people, and the ways in to everybody else. */
function Screens() {
  const { session, signOut } = useSession();
  if (session.kind !== "known") return null;
  if (session.answer.person === null) return <SignIn {...session} />;
  return (
    <>
      <button type="button" onClick={signOut}>
        sign out
      </button>
      <SettingsScreen />
    </>
  );
}

async function show(language: Language = "en"): Promise<void> {
  await act(async () =>
    root.render(
      <LanguageContext value={language}>
        <SessionProvider code={null}>
          <Screens />
        </SessionProvider>
      </LanguageContext>,
    ),
  );
  await settled();
}

/** Lets what was asked be answered and drawn. */
const settled = (): Promise<void> => act(async () => vi.waitFor(() => expect(place.querySelector(".skeleton")).toBeNull()));
const text = (): string => (place.textContent ?? "").replaceAll(/\s+/gu, " ");

function named(selector: string, name: string): HTMLElement {
  const found = [...place.querySelectorAll<HTMLElement>(selector)].find((one) =>
    (one.getAttribute("aria-label") ?? one.textContent ?? "").trim().startsWith(name),
  );
  if (found === undefined) throw new Error(`no ${selector} "${name}" in ${text()}`);
  return found;
}

const press = (name: string): Promise<void> => act(async () => named("button", name).click());

/** Types into the field whose label begins so. */
async function type(label: string, value: string): Promise<void> {
  const field = named("label", label).querySelector("input");
  if (field === null) throw new Error(`no field "${label}"`);
  const property = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  await act(async () => {
    // As a person does it: React watches the element's own property.
    property?.set?.call(field, value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const asks = (what: string): unknown[] => server.asked.filter((one) => one.what === what).map(({ body }) => body);

describe("connections", () => {
  test("are a table, what fails first, with why and what to do", async () => {
    server.connections = [
      connection,
      { ...connection, name: "slack", kind: "slack", port: "notifier", state: "not-asked", lastAnswerMs: null, latencyMs: null, plans: [] },
      { ...connection, name: "shop-db", kind: "sql", state: "fails", why: "connection refused", remedy: "Start the database." },
    ];
    await show();
    const rows = [...place.querySelectorAll("tbody tr")].map((row) => (row.textContent ?? "").replaceAll(/\s+/gu, " "));
    expect(rows[0]).toMatch(/^shop-db sql, metric source✗ fails.*connection refused.*Start the database\./);
    expect(rows[1]).toMatch(/^prometheus metric source✓ answersLast answer \d+ s agoTook 12 msReads raw counters\.Plans ecomsimply$/);
    expect(rows[2]).toMatch(/^slack notifier○ not asked yet.*never.*–.*no plan yet$/);
    expect([...place.querySelectorAll("thead th")]).toHaveLength(6);
  });
});

describe("people", () => {
  test("who is here comes first, and one of them is you", async () => {
    const known: KnownPerson = { name: "hugo", roles: ["product-owner"], environments: null, from: "file", lastSeenMs: null, isOn: false };
    server.people = [
      known,
      { ...known, name: "omar", environments: ["staging"], lastSeenMs: nowMs - 3 * hourMs },
      { ...known, name: "rachel", roles: ["release-manager", "qa-lead"], from: "login", lastSeenMs: nowMs, isOn: true },
    ];
    await show();
    const rows = [...place.querySelectorAll("section:nth-of-type(2) li")].map((row) => row.textContent);
    expect(rows[0]).toContain("rachel (you)release manager, QA lead everywhereis here, signed in");
    expect(rows[1]).toContain("not seen since the server began, named in serin.yaml");
    expect(rows[2]).toMatch(/in staginglast seen 3\sh ago/);
  });
});

describe("tokens", () => {
  test("are made with any role, the smallest first, shown once, and copied", async () => {
    const writeText = vi.fn<(text: string) => Promise<void>>().mockResolvedValue();
    vi.stubGlobal("navigator", Object.assign(Object.create(navigator) as object, { clipboard: { writeText } }));
    await show();
    await press("New token");
    expect(location.search).toBe("?new=token");
    const boxes = [...place.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')];
    expect(boxes.map((box) => box.parentElement?.textContent.trim())).toEqual([
      "DevOps lead",
      "release manager",
      "QA lead",
      "product owner",
      "viewer",
    ]);
    await type("Name", "deploy");
    await type("Environments", "staging, production,");
    await act(async () => boxes[0]!.click());
    await press("Create");
    await settled();
    expect(asks("POST /api/v1/tokens")).toEqual([
      { name: "deploy", roles: ["devops-lead"], environments: ["staging", "production"], expiresInDays: 90 },
    ]);
    expect(place.querySelector<HTMLInputElement>(".token-field")?.value).toBe("shown-once");
    expect(text()).toContain("shown this once");
    expect(location.search).toBe("");
    await press("Copy");
    expect(writeText).toHaveBeenCalledWith("shown-once");
    expect(text()).toContain("Copied.");
    await press("I have it");
    expect(place.innerHTML).not.toContain("shown-once");
    expect(text()).toContain("deploy");
  });

  test("without a clipboard are selected, to be copied by hand", async () => {
    await show();
    await press("New token");
    await type("Name", "deploy");
    await act(async () => place.querySelector<HTMLInputElement>('input[type="checkbox"]')!.click());
    await press("Create");
    await settled();
    await press("Copy");
    expect(text()).toContain("copy it with Ctrl+C");
    const field = place.querySelector<HTMLInputElement>(".token-field")!;
    expect([field.selectionStart, field.selectionEnd]).toEqual([0, "shown-once".length]);
  });

  test("are not made without a role: the browser asks for one", async () => {
    await show();
    await press("New token");
    await type("Name", "deploy");
    expect(place.querySelector<HTMLFormElement>("form")?.checkValidity()).toBe(false);
    await press("Create");
    expect(asks("POST /api/v1/tokens")).toEqual([]);
  });

  test("that are refused say why, and keep what was typed", async () => {
    server.refusals.set("POST /api/v1/tokens", {
      type: "about:blank",
      title: "The person does not have the role for this",
      status: 403,
      detail: "rachel is not devops-lead.",
      code: "role-missing",
      remedy: "Ask somebody.",
    });
    await show();
    await press("New token");
    await type("Name", "deploy");
    await act(async () => place.querySelector<HTMLInputElement>('input[type="checkbox"]')!.click());
    await press("Create");
    expect(place.querySelector('[role="alert"]')?.textContent).toContain("rachel is not devops-lead.");
    expect(place.querySelector<HTMLInputElement>("form input")?.value).toBe("deploy");
  });

  test("are revoked after one question, and are then among those that are over", async () => {
    await show();
    expect(text()).toMatch(/pipeline used 2 h ago.*DevOps lead in staging.*expires .* in 10 d, made by rachel/);
    const revoke = named("button", "Revoke pipeline");
    revoke.focus();
    await press("Revoke pipeline");
    expect(asks("DELETE /api/v1/tokens/t1")).toEqual([]);
    expect(text()).toContain("is refused from then on");
    // The question has the focus, and gives it back.
    expect(document.activeElement?.textContent).toBe("Cancel");
    await act(async () => document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })));
    expect(document.activeElement).toBe(revoke);
    await press("Revoke pipeline");
    await act(async () => named("form button.grave", "Revoke").click());
    await settled();
    expect(asks("DELETE /api/v1/tokens/t1")).toHaveLength(1);
    expect(place.querySelector("details")?.textContent).toMatch(/1 that expired or was revoked.*revoked/);
  });

  test("are nothing that others see or ask for", async () => {
    server.person = { ...rachel, roles: ["devops-lead"] };
    await show();
    expect(text()).toContain("Only a release manager sees, makes and revokes them.");
    expect(asks("GET /api/v1/tokens")).toEqual([]);
  });
});

describe("who is signed in", () => {
  const hugos = { ...session, id: "s2", name: "hugo", via: "link" as const, agent: null, lastSeenMs: nowMs - 2 * hourMs, isThis: false };

  test("is shown with where, since when and when it was used last, oneself first", async () => {
    server.sessions = [
      hugos,
      { ...hugos, id: "s3", lastSeenMs: null },
      session,
      { ...session, id: "s4", isThis: false, agent: "Safari, iOS" },
    ];
    await show();
    const rows = [...place.querySelectorAll("section:nth-of-type(5) li.settings-row")].map((row) =>
      (row.textContent ?? "").replaceAll(/\s+/gu, " "),
    );
    expect(rows[0]).toMatch(/^rachel \(you\)Firefox, Linux, this browser.*signed in .*Safari, iOS/);
    expect(rows[1]).toMatch(/^hugo.*another browser.*by a link, .*used 2 h ago.*not seen since the server began/);
    expect(rows).toHaveLength(2);
  });

  test("signs out everywhere after one question, and is asked to sign in", async () => {
    await show();
    await press("Sign out everywhere");
    expect(text()).toContain("this one too");
    expect(asks("DELETE /api/v1/sessions")).toEqual([]);
    await act(async () => named("form button.grave", "Sign out everywhere").click());
    await vi.waitFor(() => expect(text()).toContain("serin link"));
    expect(asks("DELETE /api/v1/sessions")).toHaveLength(1);
  });

  test("is signed out by a release manager, by name", async () => {
    server.sessions = [session, hugos];
    await show();
    await press("Sign hugo out everywhere");
    await act(async () => named("form button.grave", "Sign out").click());
    await settled();
    expect(asks("DELETE /api/v1/people/hugo/sessions")).toHaveLength(1);
    expect(text()).not.toContain("hugo");
  });
});

describe("freezes", () => {
  const freeze: SettingsServer["freezes"][number] = {
    environment: "production",
    release: null,
    sinceMs: nowMs - hourMs,
    by: "omar",
    reason: "the sale",
    untilMs: null,
  };

  test("are set with a reason and an end", async () => {
    await show();
    await press("Freeze an environment");
    await type("Environment", "production");
    await type("Why", " the sale ");
    await type("Until", "2030-01-02T03:04");
    await act(async () => named("form button.grave", "Freeze").click());
    await settled();
    expect(asks("POST /api/v1/freezes")).toEqual([
      { environment: "production", reason: "the sale", untilMs: new Date(2030, 0, 2, 3, 4).getTime() },
    ]);
  });

  test("say who, why and until when, and are lifted with a reason", async () => {
    server.freezes = [freeze, { ...freeze, environment: "staging", release: "shop-1", by: null, reason: null, untilMs: nowMs + hourMs }];
    await show();
    expect(text()).toContain("omar: “the sale”Lasts until a release manager lifts it.");
    expect(named("a", "Release shop-1 was halted.").getAttribute("href")).toBe("/releases/shop-1");
    await press("Lift the freeze of production");
    await act(async () => named("form button.primary", "Lift").click());
    expect(asks("DELETE /api/v1/freezes/production")).toEqual([]);
    await type("Why", "it is over");
    await act(async () => named("form button.primary", "Lift").click());
    await settled();
    expect(asks("DELETE /api/v1/freezes/production")).toEqual([{ reason: "it is over" }]);
  });

  test("are looked at by everybody, and set by few", async () => {
    server.person = { ...rachel, roles: ["qa-lead"] };
    server.freezes = [freeze];
    await show();
    expect(text()).toContain("A release manager or a DevOps lead sets one");
    expect([...place.querySelectorAll("button")].map((button) => button.textContent)).toEqual(["sign out", "Sign out everywhere"]);
  });
});

describe("a server that does not answer", () => {
  test("leaves what was known last, with its age, and nothing of it to the next person", async () => {
    await show();
    server.isAway = true;
    await act(async () => void document.dispatchEvent(new Event("visibilitychange")));
    await vi.waitFor(() => expect(place.querySelectorAll(".settings-old")).toHaveLength(5));
    expect(text()).toContain("The server does not answer; this is");
    expect(text()).toContain("prometheus");
    server.isAway = false;
    await press("sign out");
    await vi.waitFor(() => expect(text()).toContain("serin link"));
    // Somebody else signs in beside this page, and a proxy lets nothing but the session through.
    server.person = { ...rachel, name: "hugo" };
    for (const path of ["connections", "people", "freezes", "tokens", "sessions"]) server.refusals.set(`GET /api/v1/${path}`, problem);
    await act(async () => void document.dispatchEvent(new Event("visibilitychange")));
    await vi.waitFor(() => expect(text()).toContain(problem.detail));
    expect(text()).not.toMatch(/used 2 h ago|prometheus/);
  });

  test("that never answered says so", async () => {
    server.refusals.set("GET /api/v1/connections", problem);
    await show();
    expect(place.querySelector('[role="alert"]')?.textContent).toContain("The disk is full.");
  });
});

test("who is not signed in is shown every way in, and goes on once signed in elsewhere", async () => {
  server.person = null;
  await show();
  expect(named("a", "Sign in with").getAttribute("href")).toBe("/login?to=%2Fsettings");
  expect(place.querySelector("code")?.textContent).toBe("serin link");
  server.person = rachel;
  await act(async () => void document.dispatchEvent(new Event("visibilitychange")));
  await vi.waitFor(() => expect(text()).toContain(settingsWords.en.title));
});

test.each(languages)("the whole screen is in %s, and labelled", async (language) => {
  await show(language);
  const words = settingsWords[language];
  for (const title of [words.title, words.connections, words.people, words.tokens, words.freezes, words.sessions])
    expect(text()).toContain(title);
  await press(words.newToken);
  for (const field of place.querySelectorAll("input, select")) expect(field.closest("label")?.textContent?.trim()).not.toBe("");
  for (const section of place.querySelectorAll("section[aria-labelledby]")) {
    expect(document.getElementById(section.getAttribute("aria-labelledby") ?? "")?.textContent).toBeTruthy();
  }
});
