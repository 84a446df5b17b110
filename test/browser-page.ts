import { createRequire } from "node:module";
import { onTestFinished } from "vitest";

/** What the tests use of a page's window. */
export interface PageWindow {
  readonly document: {
    readonly readyState: string;
    readonly body: PageElement;
    querySelector(selector: string): PageElement | null;
    createElement(name: string): PageElement;
    dispatchEvent(event: object): boolean;
  };
  readonly Event: new (type: string, init?: { readonly bubbles?: boolean }) => object;
  readonly ErrorEvent: new (type: string, init: Readonly<Record<string, unknown>>) => object;
  readonly performance: object;
  dispatchEvent(event: object): boolean;
  addEventListener(type: string, listener: () => void): void;
  close(): void;
}

interface PageElement {
  innerHTML: string;
  src: string;
  append(child: PageElement): void;
  remove(): void;
  dispatchEvent(event: object): boolean;
}

interface Jsdom {
  readonly JSDOM: new (html: string, options: Readonly<Record<string, unknown>>) => { readonly window: PageWindow };
  readonly VirtualConsole: new () => object;
  requestInterceptor(answer: (request: Request) => Response | Promise<Response>): unknown;
}

/** jsdom without its types: those of the DOM would be known to every other file too. */
const jsdom = createRequire(import.meta.url)("jsdom") as Jsdom;

/** An entry as a browser's PerformanceObserver hands it out. */
export type TimingEntry = Readonly<Record<string, unknown>> & { readonly entryType: string };

/** A page in jsdom, with what jsdom lacks of a browser: the time that the test makes pass, marks, measures and beacons. */
export interface BrowserPage {
  readonly window: PageWindow;
  /** What was sent by `navigator.sendBeacon`, oldest first. */
  readonly sent: readonly { readonly url: string; readonly body: Readonly<Record<string, unknown>> }[];
  /** Lets so many milliseconds pass for the page's timers. */
  pass(ms: number): void;
  /** The person goes to another tab, or comes back. */
  turn(to: "hidden" | "visible"): void;
  /** The browser has measured something. */
  measure(entries: readonly TimingEntry[]): Promise<void>;
}

/**
 * Opens a page and resolves when it has loaded. `answer` is asked for every file; `mark` stands in its Server-Timing (`null`: none does). What is
 * sent goes to `deliver` as well.
 */
export async function openBrowserPage(page: {
  readonly url: string;
  readonly html: string;
  readonly mark: string | null;
  readonly answer: (request: Request) => Response | Promise<Response>;
  readonly deliver?: (url: string, body: string) => void;
}): Promise<BrowserPage> {
  const sent: { readonly url: string; readonly body: Readonly<Record<string, unknown>> }[] = [];
  const clock = new PageClock();
  const timeline = new Timeline();
  let visibility = "visible";
  const { window } = new jsdom.JSDOM(page.html, {
    url: page.url,
    runScripts: "dangerously",
    pretendToBeVisual: true,
    virtualConsole: new jsdom.VirtualConsole(),
    resources: { interceptors: [jsdom.requestInterceptor(page.answer)] },
    beforeParse(own: PageWindow & { readonly navigator: object; readonly document: object }) {
      Object.assign(own, { setTimeout: clock.set, clearTimeout: clock.clear, PerformanceObserver: timeline.observer });
      Object.assign(own, { PerformanceEventTiming: Object.assign(() => undefined, { prototype: { interactionId: 0 } }) });
      Object.defineProperty(own.performance, "getEntriesByType", {
        value: (type: string) => (type === "navigation" ? [navigationOf(page.mark)] : []),
      });
      Object.defineProperty(own.document, "visibilityState", { get: () => visibility });
      Object.assign(own.navigator, {
        sendBeacon(url: string, body: string) {
          sent.push({ url, body: JSON.parse(body) as Readonly<Record<string, unknown>> });
          page.deliver?.(url, body);
          return true;
        },
      });
    },
  });
  onTestFinished(() => window.close());
  if (window.document.readyState !== "complete") await new Promise<void>((resolve) => window.addEventListener("load", resolve));
  return {
    window,
    sent,
    pass: (ms) => clock.pass(ms),
    turn(to) {
      visibility = to;
      window.document.dispatchEvent(new window.Event("visibilitychange", { bubbles: true }));
    },
    async measure(entries) {
      timeline.add(entries);
      // web-vitals looks at what it was handed in a microtask of its own, and then observes more.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function navigationOf(mark: string | null): object {
  const serverTiming = [
    { name: "db", duration: 3, description: "" },
    ...(mark === null ? [] : [{ name: "serin", duration: 0, description: mark }]),
  ];
  return { entryType: "navigation", type: "navigate", responseStart: 10, activationStart: 0, serverTiming };
}

/** What the browser has measured so far, and who observes it: also what came before, as with `buffered`. */
class Timeline {
  readonly #entries: TimingEntry[] = [];
  readonly #observers = new Set<(entry: TimingEntry) => void>();

  add(entries: readonly TimingEntry[]): void {
    for (const entry of entries) {
      this.#entries.push(entry);
      for (const tell of this.#observers) tell(entry);
    }
  }

  /** The class that stands in the window as `PerformanceObserver`. */
  get observer() {
    const [entries, observers] = [this.#entries, this.#observers];
    return class {
      static readonly supportedEntryTypes = ["largest-contentful-paint", "layout-shift", "event", "first-input", "paint"];
      readonly #types = new Set<string>();
      readonly #tell: (entry: TimingEntry) => void;
      constructor(callback: (list: { getEntries(): readonly TimingEntry[] }) => void) {
        this.#tell = (entry) => void (this.#types.has(entry.entryType) && callback({ getEntries: () => [entry] }));
      }
      observe({ type }: { readonly type: string }): void {
        this.#types.add(type);
        observers.add(this.#tell);
        for (const entry of entries) if (entry.entryType === type) this.#tell(entry);
      }
      takeRecords(): readonly TimingEntry[] {
        return [];
      }
      disconnect(): void {
        observers.delete(this.#tell);
      }
    };
  }
}

/** The page's timers: nothing happens until the test lets time pass. */
class PageClock {
  #nowMs = 0;
  #next = 1;
  readonly #due = new Map<number, { readonly atMs: number; readonly call: () => void }>();

  readonly set = (call: () => void, ms = 0): number => {
    this.#next += 1;
    this.#due.set(this.#next, { atMs: this.#nowMs + ms, call });
    return this.#next;
  };

  readonly clear = (id: number): void => void this.#due.delete(id);

  pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [first] = [...this.#due].filter(([, { atMs }]) => atMs <= untilMs).sort(([, a], [, b]) => a.atMs - b.atMs);
      if (first === undefined) break;
      const [id, { atMs, call }] = first;
      this.#due.delete(id);
      this.#nowMs = Math.max(this.#nowMs, atMs);
      call();
    }
    this.#nowMs = untilMs;
  }
}
