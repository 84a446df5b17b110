import { expect, test } from "vitest";
import { beaconOf, errorsOf } from "./browser.ts";

const pageOf = (head: string, body: string): string => `<!doctype html><html><head>${head}</head><body>${body}</body></html>`;
const tag = '<script src="/.serin/beacon.js"></script>';
const marked = 'cdn;dur=3, serin;desc="canary.frontend.abc"';

test.each<[string, string, readonly string[]]>([
  ["a page that shows something", pageOf("", "<p>Hello</p>"), []],
  ["a script that runs", pageOf("<script>1 + 1</script>", "<p>Hello</p>"), []],
  ["a script that throws", pageOf("<script>undefined.render()</script>", "<p>Hello</p>"), ["uncaught"]],
  ["a body of elements alone", pageOf("", '<div id="app"></div>'), ["blank"]],
  ["a script that throws before anything is shown", pageOf("<script>throw new Error()</script>", ""), ["uncaught", "blank"]],
])("%s", (_says, html, errors) => {
  expect(errorsOf(html)).toEqual(errors);
});

test("a report carries the page's mark, and says that something is shown or what went wrong", () => {
  expect(beaconOf(pageOf(tag, "<p>Hello</p>"), marked)).toBe('{"page":"canary.frontend.abc","shown":true}');
  expect(beaconOf(pageOf(`${tag}<script>throw 1</script>`, ""), marked)).toBe(
    '{"page":"canary.frontend.abc","errors":["uncaught","blank"]}',
  );
});

test("nothing is reported without the edge's script, or without a mark", () => {
  expect(beaconOf(pageOf("", "<p>Hello</p>"), marked)).toBeNull();
  expect(beaconOf(pageOf(tag, "<p>Hello</p>"), null)).toBeNull();
  expect(beaconOf(pageOf(tag, "<p>Hello</p>"), "cdn;dur=3")).toBeNull();
});
