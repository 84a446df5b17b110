import { act } from "react";
import { createRoot } from "react-dom/client";
import { onTestFinished, vi } from "vitest";
import type { AskBody, ProblemAnswer, ReleasesEvent } from "../../src/http/contract.ts";
import type { SessionPerson } from "../../src/http/contract/access.ts";
import type { ConnectionsAnswer, HistoryAnswer, ReadinessAnswer } from "../../src/http/contract/insight.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { App } from "../app/app.tsx";

/** What a stand-in for the server knows; a test changes it as the world changes. */
export interface StandInServer {
  person: SessionPerson | null;
  view: ReleaseView | null;
  releases: ReleasesEvent | null;
  readiness: ReadinessAnswer | null;
  history: HistoryAnswer | null;
  connections: ConnectionsAnswer | null;
  /** What `whatIf` says of a condition; `null`: it refuses. */
  whatIf: ((condition: string) => string) | null;
  /** What `ask` answers instead of accepting; `null`: it accepts. */
  refusal: ProblemAnswer | null;
  /** False: nobody answers. */
  isUp: boolean;
  /** What was asked, with the revision that stood in `If-Match`. */
  readonly asked: { readonly body: AskBody; readonly revision: string | null }[];
  /** Addresses that were called, the oldest first. */
  readonly called: string[];
  /** Addresses of the streams that were opened, the oldest first. */
  readonly opened: string[];
  readonly isStreaming: () => boolean;
}

/** A release manager on whatever is shown. */
export const releaseManager: SessionPerson = { name: "Ada", roles: ["release-manager"], environments: null, via: "link", expiresMs: null };

/** A page of the dashboard in front of a stand-in for the server. */
export interface DashboardPage {
  readonly server: StandInServer;
  readonly text: () => string;
  readonly find: (selector: string) => HTMLElement;
  readonly findAll: (selector: string) => readonly HTMLElement[];
  /** The button with this text. */
  readonly button: (text: string) => HTMLElement;
  readonly click: (element: HTMLElement) => Promise<void>;
  /** Puts the focus there; `null`: takes it away. */
  readonly focus: (element: HTMLElement | null) => Promise<void>;
  /** Presses a key where the focus is. */
  readonly press: (key: string) => Promise<void>;
  readonly write: (selector: string, text: string) => Promise<void>;
  /** Sends what the server knows on every open stream. */
  readonly push: () => Promise<void>;
  /** Ends every open stream: as a broken connection does (the browser comes back by itself), or as a server does that refuses. */
  readonly endStreams: (how: "broken" | "refused") => Promise<void>;
  /** Shows the page in front, or hides it behind another. */
  readonly hide: (state: "hidden" | "visible") => Promise<void>;
  /** Lets so much time pass, ms. */
  readonly pass: (ms: number) => Promise<void>;
  readonly settle: () => Promise<void>;
}

/** The browser's stream of events, as the standard describes it, with the server's end in the test's hands. */
class StandInStream extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static open: StandInStream[] = [];
  readyState: number = StandInStream.OPEN;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    StandInStream.open.push(this);
  }
  close(): void {
    this.readyState = StandInStream.CLOSED;
    StandInStream.open = StandInStream.open.filter((one) => one !== this);
  }
}

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });

/** A refusal in the words of the catalogue. */
export function problem(over: Pick<ProblemAnswer, "code" | "status"> & Partial<ProblemAnswer>): ProblemAnswer {
  return { type: `https://serin.dev/errors#${over.code}`, title: "No", detail: "It is not so.", remedy: "Look again.", ...over };
}

function answer(server: StandInServer, address: string, init: RequestInit | undefined): Response {
  const { pathname } = new URL(address, location.href);
  if (pathname.endsWith("/session")) return json({ person: server.person, hasLogin: true, version: "0.1.0" });
  if (pathname.endsWith("/requests")) return ask(server, init);
  if (pathname.endsWith("/readiness") && server.readiness !== null) return json(server.readiness);
  if (pathname.endsWith("/history") && server.history !== null) return json(server.history);
  if (pathname.endsWith("/connections") && server.connections !== null) return json(server.connections);
  if (pathname.endsWith("/what-if")) return judged(server, new URL(address, location.href).searchParams);
  if (pathname.endsWith("/releases") && server.releases !== null) return json(server.releases);
  if (pathname.endsWith("/freezes") && server.releases !== null) return json({ freezes: server.releases.freezes });
  const [, , , , id, ...rest] = pathname.split("/");
  if (pathname.includes("/releases/") && rest.length === 0 && server.view !== null) return json({ ...server.view, id });
  return json(problem({ code: "route-unknown", status: 404 }), 404);
}

function judged(server: StandInServer, query: URLSearchParams): Response {
  const condition = query.get("condition") ?? "";
  if (server.whatIf === null) return json(problem({ code: "query-invalid", status: 400, detail: `${condition} is no condition.` }), 400);
  return json({ check: query.get("check"), condition, passedMs: null, failedMs: null, says: server.whatIf(condition) });
}

function ask(server: StandInServer, init: RequestInit | undefined): Response {
  const body = JSON.parse(init?.body as string) as AskBody;
  server.asked.push({ body, revision: new Headers(init?.headers).get("If-Match") });
  if (server.refusal !== null) return json(server.refusal, server.refusal.status);
  return json({ request: "1", answer: "accepted", revision: 7, sentence: "So be it." });
}

/** Opens the dashboard at an address of it; it is gone when the test ends. */
export async function openDashboard(path: string, knows: Partial<StandInServer>): Promise<DashboardPage> {
  const server: StandInServer = {
    person: releaseManager,
    view: null,
    releases: null,
    readiness: null,
    history: null,
    connections: null,
    whatIf: null,
    refusal: null,
    isUp: true,
    asked: [],
    called: [],
    opened: [],
    isStreaming: () => StandInStream.open.length > 0,
    ...knows,
  };
  vi.useFakeTimers();
  standIn(server);
  history.replaceState(null, "", path);
  const place = document.body.appendChild(document.createElement("div"));
  const root = createRoot(place);
  onTestFinished(async () => {
    await act(async () => root.unmount());
    place.remove();
    // Whatever followed the server lets go a moment after the last screen.
    await vi.advanceTimersByTimeAsync(1);
    vi.useRealTimers();
    localStorage.clear();
    StandInStream.open = [];
  });
  await act(async () => root.render(<App code={null} />));
  const page = handles(place, server);
  await page.settle();
  await page.push();
  return page;
}

function standIn(server: StandInServer): void {
  Object.assign(globalThis, {
    IS_REACT_ACT_ENVIRONMENT: true,
    EventSource: class extends StandInStream {
      constructor(url: string) {
        super(url);
        server.opened.push(url);
      }
    },
    fetch: async (address: string, init?: RequestInit) => {
      server.called.push(address);
      if (!server.isUp) throw new TypeError("fetch failed");
      return answer(server, address, init);
    },
  });
  // jsdom knows dialogs, and not how they are opened.
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.setAttribute("open", "");
  };
}

function handles(place: HTMLElement, server: StandInServer): DashboardPage {
  const findAll = (selector: string): readonly HTMLElement[] => [...place.querySelectorAll<HTMLElement>(selector)];
  const find = (selector: string): HTMLElement => {
    const [found] = findAll(selector);
    if (found === undefined) throw new Error(`nothing is ${selector}`);
    return found;
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 8; turn += 1) await act(async () => Promise.resolve());
  };
  const send = async (name: (stream: StandInStream) => Event): Promise<void> => {
    await act(async () => {
      for (const stream of StandInStream.open) stream.dispatchEvent(name(stream));
    });
    await settle();
  };
  return {
    server,
    find,
    findAll,
    settle,
    text: () => place.textContent ?? "",
    button: (text) => {
      const found = findAll("button").find((button) => button.textContent === text);
      if (found === undefined) throw new Error(`no button says ${text}`);
      return found;
    },
    click: async (element) => {
      await act(async () => element.click());
      await settle();
    },
    focus: async (element) => {
      await act(async () => (element === null ? (document.activeElement as HTMLElement | null)?.blur() : element.focus()));
    },
    press: async (key) => {
      await act(async () => document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
    },
    write: async (selector, text) => {
      const field = find(selector) as HTMLTextAreaElement;
      await act(async () => {
        const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
        Object.getOwnPropertyDescriptor(kind.prototype, "value")?.set?.call(field, text);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
    },
    push: () =>
      send((stream) =>
        stream.url.includes("/releases/")
          ? new MessageEvent("view", { data: JSON.stringify(server.view) })
          : new MessageEvent("releases", { data: JSON.stringify(server.releases) }),
      ),
    endStreams: (how) => {
      for (const stream of StandInStream.open) stream.readyState = how === "broken" ? StandInStream.CONNECTING : StandInStream.CLOSED;
      return send(() => new Event("error"));
    },
    hide: async (state) => {
      Object.defineProperty(document, "hidden", { configurable: true, value: state === "hidden" });
      await act(async () => document.dispatchEvent(new Event("visibilitychange")));
    },
    pass: async (ms) => {
      await act(async () => vi.advanceTimersByTimeAsync(ms));
      await settle();
    },
  };
}
