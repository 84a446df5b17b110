/*
 * Watches one page for the edge that sent it. The edge serves this as /.serin/beacon.js, after the bundle of web-vitals and in one function with
 * it: `webVitals` is that bundle's name. A page that the edge did not mark (no release runs, or nobody was drawn) is watched and never reported.
 *
 * Each kind of error is said once, that something is shown once, and the measures once, when the page is first left: two messages from a page
 * without trouble, seven at most.
 */
/* global webVitals */

const gatherMs = 500;
const lookAgainMs = 2_000;
const looks = 3;
const latestLoadMs = 10_000;
/** So many nodes without anything to see are looked at; a page with more is taken for one that shows something. */
const mostNodes = 5_000;

/** Pictures of this many pixels are there to be counted, not to be seen. */
const pixelTracker = 2;

/** What is part of a page and not to be seen. */
const unseen = new Set(["script", "style", "template", "noscript", "link", "meta", "title", "head", "source", "track"]);
/** What is to be seen without a text of its own. */
const pictures = new Set([
  "img",
  "svg",
  "canvas",
  "video",
  "iframe",
  "object",
  "embed",
  "input",
  "button",
  "select",
  "textarea",
  "meter",
  "progress",
]);

/** The mark that the edge signed for this page, out of its Server-Timing header; `null`: it gave none, or it cannot be read yet. */
function markOfPage() {
  const [page] = performance.getEntriesByType?.("navigation") ?? [];
  const marks = [...(page?.serverTiming ?? [])].filter(({ name }) => name === "serin");
  return marks.at(-1)?.description ?? null;
}

/** What goes to the edge, and when. */
function createTalk(url) {
  const said = new Set();
  const vitals = {};
  let next = null;
  let timer = null;
  const send = () => {
    clearTimeout(timer);
    timer = null;
    const page = markOfPage();
    if (page === null) return;
    const body = JSON.stringify({ page, ...next });
    next = null;
    said.add("something");
    if (!navigator.sendBeacon?.(url, body)) void fetch(url, { method: "POST", body, keepalive: true }).catch(() => {});
  };
  return {
    error(kind) {
      if (said.has(kind)) return;
      said.add(kind);
      next = { ...next, errors: [...(next?.errors ?? []), kind] };
      timer ??= setTimeout(send, gatherMs);
    },
    shown() {
      next = { ...next, shown: true };
      send();
    },
    measured(vital, value) {
      vitals[vital] = value;
    },
    /** The page is hidden or left: what was measured is said now, and once. */
    leave() {
      if (!said.has("vitals") && Object.keys(vitals).length > 0) {
        said.add("vitals");
        next = { ...next, vitals };
      }
      if (next !== null || !said.has("something")) send();
    },
  };
}

/** Uncaught errors, rejections, and files of the page that do not load; what belongs to others (extensions, advertisers) is not the release's. */
function watchErrors(talk, { isOwn, script }) {
  let isLeaving = false;
  addEventListener("pagehide", () => (isLeaving = true));
  addEventListener("pageshow", () => (isLeaving = false));
  const onFile = (element) => {
    const kind = kindOfFile(element);
    const address = element.currentSrc || element.src || element.href;
    if (kind !== null && address && navigator.onLine && isOwn(address)) talk.error(kind);
  };
  const onError = (event) => {
    if (isLeaving) return;
    if (event.target instanceof Element) return onFile(event.target);
    const isMuted = !event.filename && !event.error;
    const isHarmless = (event.message ?? "").startsWith("ResizeObserver loop") || event.filename === script;
    if (!isMuted && !isHarmless && (!event.filename || isOwn(event.filename))) talk.error("uncaught");
  };
  // A file that fails tells its element alone: only a listener of the way down hears it.
  addEventListener("error", onError, true);
  addEventListener("unhandledrejection", (event) => {
    const isCancelled = event.reason?.name === "AbortError";
    if (!isLeaving && !isCancelled) talk.error("rejection");
  });
}

function kindOfFile(element) {
  if (element.localName === "script") return "asset";
  if (element.localName === "link") return element.relList.contains("stylesheet") ? "asset" : null;
  return element.localName === "img" ? "image" : null;
}

/** Looks when the page has loaded (or should have), and twice again while there is nothing to see: a page that stays so is blank. */
function watchFirstPaint(talk, { content }) {
  let looked = 0;
  const look = () => {
    if (isShowing(content)) return talk.shown();
    looked += 1;
    if (document.visibilityState === "hidden") return addEventListener("visibilitychange", lookLater, { once: true });
    if (looked >= looks) return talk.error("blank");
    lookLater();
  };
  const lookLater = () => setTimeout(look, lookAgainMs);
  let hasBegun = false;
  const begin = () => {
    if (!hasBegun) setTimeout(look);
    hasBegun = true;
  };
  if (document.readyState === "complete") return begin();
  addEventListener("load", begin);
  setTimeout(begin, latestLoadMs);
}

/** True when the whole of an element is hidden. */
function isHidden(element) {
  const { display, opacity } = getComputedStyle(element);
  return display === "none" || opacity === "0";
}

/** True when anything inside `content` (a selector) can be seen: a text or a picture that takes up room and is not hidden. */
function isShowing(content) {
  const root = document.querySelector(content);
  // Without a layout (a page that is not drawn) nothing has a size, and sizes say nothing.
  const hasLayout = document.documentElement.getClientRects().length > 0;
  let left = mostNodes;
  const hasRoom = (rects) => !hasLayout || [...rects].some(({ width, height }) => Math.min(width, height) > pixelTracker);
  const isVisible = (element) => getComputedStyle(element).visibility !== "hidden";
  const isTextShown = (text) => {
    if (text.data.trim() === "" || !isVisible(text.parentElement ?? root)) return false;
    const range = document.createRange();
    range.selectNodeContents(text);
    return hasRoom(hasLayout ? range.getClientRects() : []);
  };
  const isElementShown = (element) => {
    if (unseen.has(element.localName) || isHidden(element)) return false;
    if (pictures.has(element.localName)) return isVisible(element) && hasRoom(element.getClientRects());
    return areAnyShown(element.shadowRoot) || areAnyShown(element);
  };
  const areAnyShown = (parent) =>
    [...(parent?.childNodes ?? [])].some((node) => {
      left -= 1;
      if (left < 0) return true;
      return node.nodeType === Node.TEXT_NODE ? isTextShown(node) : node.nodeType === Node.ELEMENT_NODE && isElementShown(node);
    });
  for (let above = root?.parentElement; above; above = above.parentElement) if (isHidden(above)) return false;
  return root !== null && isElementShown(root);
}

/** Keeps what web-vitals measures, up to the last change before the page is left. */
function watchVitals(talk) {
  const keep = ({ name, value }) => talk.measured(name.toLowerCase(), Number(value.toFixed(name === "CLS" ? 4 : 0)));
  for (const watch of [webVitals.onLCP, webVitals.onINP, webVitals.onCLS]) {
    try {
      watch(keep, { reportAllChanges: true });
    } catch {
      // This browser cannot measure it; errors are watched all the same.
    }
  }
}

/** The origin of an address as the page means it; `null`: it is no address. */
function originOf(address) {
  try {
    return new URL(address, location.href).origin;
  } catch {
    return null;
  }
}

/** Begins once for a page, however often the tag stands in it. `tag` is the script's own element. */
function watchPage(tag) {
  const mark = Symbol.for("serin.beacon");
  if (tag === null || globalThis[mark] === true) return;
  globalThis[mark] = true;
  const wordsOf = (name) => (tag.dataset[name] ?? "").split(/\s+/).filter((word) => word !== "");
  const without = new Set(wordsOf("without"));
  const origins = new Set([location.origin, ...wordsOf("assets").map(originOf)]);
  const talk = createTalk(new URL("beacon", tag.src).href);
  const told = { ...talk, error: (kind) => without.has(kind) || talk.error(kind) };
  watchErrors(told, { isOwn: (address) => origins.has(originOf(address)), script: tag.src });
  watchFirstPaint(told, { content: tag.dataset.content ?? "body" });
  if (!without.has("vitals")) watchVitals(told);
  addEventListener("visibilitychange", () => document.visibilityState === "hidden" && talk.leave());
  addEventListener("pagehide", () => talk.leave());
}

watchPage(document.currentScript);
