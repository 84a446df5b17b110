import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MalformedExposition, parseExposition, seriesName } from "./exposition.ts";

const only = (line: string) => {
  const [sample] = parseExposition(line);
  return sample === undefined ? null : { name: sample.name, labels: Object.fromEntries(sample.labels), value: sample.value };
};

describe("parseExposition", () => {
  test.each<[string, string, ReturnType<typeof only>]>([
    ["a bare sample", "up 1", { name: "up", labels: {}, value: 1 }],
    ["labels", 'a{b="c",d="e"} 2', { name: "a", labels: { b: "c", d: "e" }, value: 2 }],
    ["a comma after the last label", 'a{b="c",} 2', { name: "a", labels: { b: "c" }, value: 2 }],
    ["empty braces", "a{} 2", { name: "a", labels: {}, value: 2 }],
    ["blanks wherever they may stand", ' a { b = "c" , d = "e" } \t 2 ', { name: "a", labels: { b: "c", d: "e" }, value: 2 }],
    ["escapes", String.raw`a{b="x\"y\\z\nw\q"} 2`, { name: "a", labels: { b: 'x"y\\z\nw\\q' }, value: 2 }],
    ["a brace and a comma inside a value", 'a{b="},{"} 2', { name: "a", labels: { b: "},{" }, value: 2 }],
    ["not a number", "a NaN", { name: "a", labels: {}, value: Number.NaN }],
    ["infinity", "a +Inf", { name: "a", labels: {}, value: Infinity }],
    ["minus infinity", "a -Inf", { name: "a", labels: {}, value: -Infinity }],
    ["exponents", "a 1.458255915e9", { name: "a", labels: {}, value: 1_458_255_915 }],
    ["a time stamp", "a 3 1395066363000", { name: "a", labels: {}, value: 3 }],
    ["a time stamp of OpenMetrics", "a 3 1395066363.5", { name: "a", labels: {}, value: 3 }],
    ["an exemplar", 'h_bucket{le="0.5"} 3 # {trace_id="x"} 0.3 123.1', { name: "h_bucket", labels: { le: "0.5" }, value: 3 }],
    ["a quoted name", '{"a.b",c="d"} 2', { name: "a.b", labels: { c: "d" }, value: 2 }],
    ["a quoted label", 'a{"c.d"="e"} 2', { name: "a", labels: { "c.d": "e" }, value: 2 }],
    ["a label that an object would trip over", 'a{constructor="x"} 2', { name: "a", labels: { constructor: "x" }, value: 2 }],
    ["Windows line ends", "a 2\r\n", { name: "a", labels: {}, value: 2 }],
  ])("reads %s", (_what, line, sample) => expect(only(line)).toEqual(sample));

  test("keeps every label of a histogram, in order, and reads over comments, types and # EOF", () => {
    const page =
      '# HELP h text "with" {braces}\n# TYPE h histogram\n\nh_bucket{le="0.5",s="a"} 3\nh_bucket{le="+Inf",s="a"} 5\nh_bucket{le="0.5",s="b"} 7\nh_count{s="a"} 5\n# EOF\n';
    expect(parseExposition(page).map((sample) => `${seriesName(sample)} ${sample.value}`)).toEqual([
      'h_bucket{le="0.5",s="a"} 3',
      'h_bucket{le="+Inf",s="a"} 5',
      'h_bucket{le="0.5",s="b"} 7',
      'h_count{s="a"} 5',
    ]);
  });

  test("an empty page has no samples", () => expect(parseExposition("\n# nothing here\n")).toEqual([]));

  test.each<[string, string, string]>([
    ["a web page", "<html>", "is not a sample"],
    ["a name alone", "a", "is not a sample"],
    ["a word as value", "a x", "has no number as its value"],
    ["no value after labels", 'a{b="c"}', "has no number as its value"],
    ["labels without quotes", "a{b=c} 1", "has the label b without a value in double quotes"],
    ["labels without an end", 'a{b="c" 1', "has labels that are not separated by commas"],
    ["an open quote", 'a{b="c} 1', "has the label b without a value in double quotes"],
    ["a matcher", 'a{b=~"c"} 1', "has =~ at the label b"],
    ["a label twice", 'a{b="c",b="d"} 1', "has the label b twice"],
    ["a name twice", 'a{"b"} 1', "names its metric twice"],
    ["no name", '{b="c"} 1', "has no metric name"],
    ["more than a time stamp", "a 1 2 3", "has no number as its value"],
  ])("refuses %s and names the line", (_what, line, because) => {
    const read = () => parseExposition(`up 1\n# a comment\n${line}\nup 2\n`);
    expect(read).toThrow(MalformedExposition);
    expect(read).toThrow(`line 3 of the metrics page ${because}`);
  });

  test("refuses what stands after # EOF", () =>
    expect(() => parseExposition("a 1\n# EOF\nb 2\n")).toThrow("line 3 of the metrics page stands after # EOF"));

  test("any text is samples or MalformedExposition, never another error", () => {
    const character = fc.constantFrom("a", "{", "}", '"', "\\", "=", ",", " ", "1", "\n", "#", "~", "é");
    const lineLike = fc.array(character, { maxLength: 60 }).map((characters) => characters.join(""));
    const isOtherError = (page: string): boolean => {
      try {
        parseExposition(page);
        return false;
      } catch (error) {
        return !(error instanceof MalformedExposition);
      }
    };
    fc.assert(fc.property(fc.oneof(lineLike, fc.string()), (page) => !isOtherError(page)));
  });

  test("what is written is what is read", () => {
    const label = fc.tuple(fc.stringMatching(/^[a-zA-Z_]\w{0,8}$/), fc.string({ unit: "grapheme" }));
    fc.assert(
      fc.property(fc.uniqueArray(label, { selector: ([name]) => name, maxLength: 4 }), fc.double(), (labels, value) => {
        const escape = (text: string) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
        const line = `m{${labels.map(([name, text]) => `${name}="${escape(text)}"`).join(",")}} ${value}`.replace("Infinity", "Inf");
        expect(only(line)).toEqual({ name: "m", labels: Object.fromEntries(labels), value: Object.is(value, -0) ? 0 : value });
      }),
    );
  });

  test("reads a page of 5 MB well within a scrape", () => {
    const lines = Array.from({ length: 70_000 }, (_, i) => `http_requests_total{service="backend",status="200",path="/p/${i}"} ${i}`);
    const page = lines.join("\n").padEnd(5_000_000, "\n");
    const before = process.cpuUsage();
    expect(parseExposition(page)).toHaveLength(70_000);
    // Processor time, which nobody else on the machine can lengthen.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
  });
});
