// @vitest-environment jsdom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, onTestFinished, test, vi } from "vitest";
import type { ProblemAnswer } from "../../src/http/contract.ts";
import { problem, rachel, settingsServer } from "../test/settings-server.ts";
import type { SettingsServer } from "../test/settings-server.ts";
import { App } from "./app.tsx";

const code = "c".repeat(43);
const opens = "POST /api/v1/session";
const detail = "The link is mallory’s, and rachel is signed in in this browser.";
const refusal: ProblemAnswer = { ...problem, code: "session-other", status: 409, detail, who: "mallory" };

async function open(server: SettingsServer): Promise<HTMLElement> {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.stubGlobal(
    "EventSource",
    class extends EventTarget {
      close = vi.fn();
    },
  );
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => server.fetch(address, init));
  history.replaceState(null, "", "/?language=en");
  const place = document.body.appendChild(document.createElement("div"));
  const root = createRoot(place);
  onTestFinished(async () => {
    await act(async () => root.unmount());
    place.remove();
    vi.unstubAllGlobals();
  });
  await act(async () => root.render(<App code={code} />));
  await vi.waitFor(() => expect(place.querySelector("button")).not.toBeNull());
  return place;
}

const press = (place: HTMLElement, text: string): Promise<void> =>
  act(async () => [...place.querySelectorAll("button")].find((button) => button.textContent === text)?.click());

test("whoever opens a link of somebody else is asked, and stays who they are or goes on as the other", async () => {
  const server = settingsServer();
  server.refusals.set(opens, refusal);
  const place = await open(server);
  expect(place.textContent).toContain(detail);
  expect(place.querySelector("nav")).toBeNull();
  server.refusals.delete(opens);
  await press(place, "Sign in as mallory");
  expect(server.asked.filter(({ what }) => what === opens).map(({ body }) => body)).toEqual([{ code }, { code, instead: rachel.name }]);
});

test("who stays sees the dashboard as before, and the link is not tried again", async () => {
  const server = settingsServer();
  server.refusals.set(opens, refusal);
  const place = await open(server);
  await press(place, "Stay rachel");
  await vi.waitFor(() => expect(place.querySelector("nav")).not.toBeNull());
  expect(server.asked.filter(({ what }) => what === opens)).toHaveLength(1);
});
