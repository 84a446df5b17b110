import { describe, expect, test } from "vitest";
import { createBeaconScript } from "../src/adapters/traffic/edge/beacon-script.ts";
import { openBrowserPage } from "./browser-page.ts";
import type { BrowserPage } from "./browser-page.ts";

const url = "https://shop.example/";
const mark = "canary.shop.0123456789abcdefghijkl";
const script = createBeaconScript().text;
const tag = '<script src="/.serin/beacon.js"></script>';
const text = "<h1>A shop</h1>";

const files: Readonly<Record<string, string>> = {
  "/.serin/beacon.js": script,
  "/app.js": "document.querySelector('#root').textContent = 'hello';",
  "/throws.js": "throw new TypeError('no such thing');",
};

function answer(request: Request): Response {
  const found = files[new URL(request.url).pathname];
  if (found === undefined) return new Response("no", { status: 404 });
  return new Response(found, { headers: { "content-type": "text/javascript" } });
}

const open = (body: string, more: { readonly head?: string; readonly mark?: string | null } = {}): Promise<BrowserPage> =>
  openBrowserPage({
    url,
    html: `<!doctype html><head>${more.head ?? tag}</head><body>${body}`,
    mark: more.mark === undefined ? mark : more.mark,
    answer,
  });

const bodies = (page: BrowserPage): readonly object[] => page.sent.map(({ body }) => body);
const shown = { page: mark, shown: true };

describe("a healthy page", () => {
  test("says that it shows something when it has loaded, and nothing more", async () => {
    const page = await open(`${text}<div id="root"></div><script src="/app.js"></script>`);
    page.pass(60_000);
    expect(page.sent).toEqual([{ url: "https://shop.example/.serin/beacon", body: shown }]);
  });

  test("says its measures when it is first hidden, once", async () => {
    const page = await open(text);
    page.pass(1);
    await page.measure([
      { entryType: "paint", name: "first-contentful-paint", startTime: 300 },
      { entryType: "largest-contentful-paint", startTime: 800, size: 1 },
      { entryType: "largest-contentful-paint", startTime: 1234.6, size: 2 },
      { entryType: "layout-shift", value: 0.05, hadRecentInput: false, startTime: 900 },
      { entryType: "layout-shift", value: 0.07123, hadRecentInput: false, startTime: 1_000 },
      { entryType: "event", interactionId: 7, duration: 96, startTime: 2_000 },
    ]);
    page.pass(1_000);
    expect(bodies(page)).toEqual([shown]);
    page.turn("hidden");
    page.window.dispatchEvent(new page.window.Event("pagehide"));
    page.turn("visible");
    await page.measure([{ entryType: "layout-shift", value: 0.5, hadRecentInput: false, startTime: 9_000 }]);
    page.turn("hidden");
    expect(bodies(page)).toEqual([shown, { page: mark, vitals: { lcp: 1235, inp: 96, cls: 0.1212 } }]);
  });

  test("that is left before it has loaded says that it was there", async () => {
    const page = await open("");
    page.turn("hidden");
    expect(bodies(page)).toEqual([{ page: mark }]);
  });

  test("sends nothing where no edge has marked it", async () => {
    const page = await open(`${text}<script src="/throws.js"></script>`, { mark: null });
    page.pass(60_000);
    page.turn("hidden");
    expect(page.sent).toEqual([]);
  });

  test("is watched once, however often the tag stands in it", async () => {
    const page = await open(text, { head: tag + tag });
    page.pass(60_000);
    expect(bodies(page)).toEqual([shown]);
  });
});

describe("an error", () => {
  test.each<[string, string, string]>([
    ["that nothing catches", '<script src="/throws.js"></script>', "uncaught"],
    ["of an inline script", "<script>missing();</script>", "uncaught"],
    ["a script that does not load", '<script src="/gone.js"></script>', "asset"],
    ["a style sheet that does not load", '<link rel="stylesheet" href="/gone.css">', "asset"],
  ])("%s is said, once for each kind", async (_says, body, kind) => {
    const page = await open(text + body + body);
    page.pass(60_000);
    page.turn("hidden");
    expect(bodies(page)).toEqual([{ ...shown, errors: [kind] }]);
  });

  test("later on is said soon, together with what comes at the same time", async () => {
    const page = await open(text);
    page.pass(10_000);
    const { window } = page;
    const image = window.document.createElement("img");
    image.src = "/photo.jpg";
    window.document.body.append(image);
    image.dispatchEvent(new window.Event("error"));
    window.dispatchEvent(Object.assign(new window.Event("unhandledrejection"), { reason: new Error("no") }));
    page.pass(499);
    expect(bodies(page)).toEqual([shown]);
    page.pass(1);
    expect(bodies(page)).toEqual([shown, { page: mark, errors: ["image", "rejection"] }]);
  });

  test.each<[string, (page: BrowserPage) => void]>([
    ["a request that the page cancelled itself", ({ window }) => reject(window, Object.assign(new Error("gone"), { name: "AbortError" }))],
    [
      "the browser's own note on resizing",
      ({ window }) => raise(window, { message: "ResizeObserver loop completed with undelivered notifications." }),
    ],
    ["a script of another site, of which nothing may be known", ({ window }) => raise(window, { message: "Script error." })],
    [
      "an extension of the browser",
      ({ window }) => raise(window, { message: "x", filename: "chrome-extension://abc/a.js", error: new Error("x") }),
    ],
    ["the script of an advertiser that is blocked", ({ window }) => failFile(window, "https://ads.example/ad.js")],
    [
      "a file that the next page breaks off",
      ({ window }) => {
        window.dispatchEvent(new window.Event("pagehide"));
        failFile(window, "/late.js");
      },
    ],
  ])("is not: %s", async (_says, happen) => {
    const page = await open(text);
    page.pass(1);
    happen(page);
    page.pass(60_000);
    expect(bodies(page)).toEqual([shown]);
  });

  test("of files elsewhere counts where the tag names their address, and kinds can be left out", async () => {
    const page = await open(text, {
      head: '<script src="/.serin/beacon.js" data-assets="https://cdn.example/shop https://other.example" data-without="rejection vitals"></script>',
    });
    page.pass(1);
    reject(page.window, new Error("no"));
    failFile(page.window, "https://cdn.example/app-1.js");
    await page.measure([{ entryType: "largest-contentful-paint", startTime: 800 }]);
    page.pass(60_000);
    page.turn("hidden");
    expect(bodies(page)).toEqual([shown, { page: mark, errors: ["asset"] }]);
  });
});

describe("a blank page", () => {
  const empty = '<div id="root"></div><script src="/throws.js"></script>';

  test("says so four seconds after it has loaded, beside the error that made it so", async () => {
    const page = await open(empty);
    page.pass(500);
    expect(bodies(page)).toEqual([{ page: mark, errors: ["uncaught"] }]);
    page.pass(3_499);
    expect(page.sent).toHaveLength(1);
    page.pass(2_000);
    page.turn("hidden");
    expect(bodies(page)).toEqual([
      { page: mark, errors: ["uncaught"] },
      { page: mark, errors: ["blank"] },
    ]);
  });

  test("that shows something after all was only slow", async () => {
    const page = await open('<div id="root"></div>');
    page.pass(3_000);
    const root = page.window.document.querySelector("#root");
    if (root !== null) root.innerHTML = "here";
    page.pass(60_000);
    expect(bodies(page)).toEqual([shown]);
  });

  test("in a tab that nobody looks at is not called blank before somebody does", async () => {
    const page = await open('<div id="root"></div>');
    page.turn("hidden");
    page.pass(60_000);
    expect(bodies(page)).toEqual([{ page: mark }]);
    page.turn("visible");
    page.pass(60_000);
    expect(bodies(page)).toEqual([{ page: mark }, { page: mark, errors: ["blank"] }]);
  });

  test.each<[string, string]>([
    ["blanks and scripts", "  \n <script>1</script><style>p{}</style><noscript>Please switch scripts on</noscript><!-- note -->"],
    ["text that is not displayed", '<div style="display:none"><p>hidden</p></div>'],
    ["text that is invisible", '<div style="visibility:hidden">hidden</div>'],
    ["text that is transparent", '<div style="opacity:0"><p>hidden</p></div>'],
    ["empty boxes", "<header></header><main><div></div></main>"],
  ])("is one with %s", async (_says, body) => {
    const page = await open(body);
    page.pass(60_000);
    expect(bodies(page)).toEqual([{ page: mark, errors: ["blank"] }]);
  });

  test.each<[string, string]>([
    ["a picture", '<canvas width="9" height="9"></canvas>'],
    ["a text deep inside", "<div><div><p><b>x</b></p></div></div>"],
    ["a form", "<form><input></form>"],
    [
      "a text in a shadow",
      "<div id='host'></div><script>document.querySelector('#host').attachShadow({mode:'open'}).innerHTML='<p>x</p>'</script>",
    ],
    ["more than could be looked through", "<i></i>".repeat(5_001)],
  ])("is not one with %s", async (_says, body) => {
    const page = await open(body);
    page.pass(60_000);
    expect(bodies(page)).toEqual([shown]);
  });

  test("is one that hides itself as a whole, and one whose named part is empty", async () => {
    const head = '<script src="/.serin/beacon.js" data-content="#app"></script>';
    for (const [body, first] of [
      [`${text}<main id="app"></main>`, head],
      [text, head],
      [text, `${tag}<style>html{opacity:0}</style>`],
    ] as const) {
      const page = await open(body, { head: first });
      page.pass(60_000);
      expect(bodies(page)).toEqual([{ page: mark, errors: ["blank"] }]);
    }
  });
});

type Window = BrowserPage["window"];

function reject(window: Window, reason: Error): void {
  window.dispatchEvent(Object.assign(new window.Event("unhandledrejection"), { reason }));
}

function raise(window: Window, error: Readonly<Record<string, unknown>>): void {
  window.dispatchEvent(new window.ErrorEvent("error", error));
}

function failFile(window: Window, address: string): void {
  const file = window.document.createElement("script");
  window.document.body.append(file);
  Object.defineProperty(file, "src", { value: new URL(address, url).href });
  file.dispatchEvent(new window.Event("error"));
}
