import { describe, expect, test } from "vitest";
import { markdownBlock, markdownCode, markdownLink, markdownText } from "./markdown.ts";

describe("texts from outside stay texts", () => {
  test.each([
    ["Taux d'erreur < 0,5 %", "Taux d'erreur < 0,5 %"],
    ["R&D - 50 % #1", "R&D - 50 % #1"],
    ["*loud* _and_ ~~gone~~", String.raw`\*loud\* \_and\_ \~\~gone\~\~`],
    ["[here](https://evil.example)", String.raw`\[here\](https\://evil.example)`],
    ["![image](x)", String.raw`!\[image\](x)`],
    ["www.evil.example", String.raw`www\.evil.example`],
    ["<script>alert(1)</script>", String.raw`\<script>alert(1)\</script>`],
    ["<!-- hidden", String.raw`\<!-- hidden`],
    ["&lt;b&gt; &#60;", String.raw`\&lt;b\&gt; \&#60;`],
    ["# heading", String.raw`\# heading`],
    ["> quotation", String.raw`\> quotation`],
    ["- item", String.raw`\- item`],
    ["---", String.raw`\---`],
    ["1. item", String.raw`1\. item`],
    ["2) item", String.raw`2\) item`],
    ["`code` and \\", "\\`code\\` and \\\\"],
    ["a | b", String.raw`a \| b`],
  ])("%s", (text, expected) => expect(markdownText(text)).toBe(expected));
});

test.each([
  ["error-rate", "`error-rate`"],
  ["a`b", "``a`b``"],
  ["`a`", "`` `a` ``"],
  ["``", "``` `` ```"],
  [" ", "`   `"],
])("code: %s", (text, expected) => expect(markdownCode(text)).toBe(expected));

test("a block's fence is longer than any in it", () => {
  expect(markdownBlock("sh", ["echo '```'"])).toEqual(["````sh", "echo '```'", "````"]);
});

test("a link ends where it should", () => {
  expect(markdownLink("a]b", "https://x.example/a(b)?c=<d> e")).toBe(String.raw`[a\]b](https://x.example/a%28b%29?c=%3Cd%3E%20e)`);
});
