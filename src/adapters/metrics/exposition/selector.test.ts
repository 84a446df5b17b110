import { describe, expect, test } from "vitest";
import { parseExposition } from "./exposition.ts";
import { parseSelector, parseWhere } from "./selector.ts";
import type { ParsedSelector } from "./selector.ts";

const page = parseExposition(`
http_requests_total{status="200",service="backend"} 1
http_requests_total{status="500",service="backend"} 2
http_requests_total{status="1500",service="backend"} 3
http_requests_total{status="503",service="frontend"} 4
http_requests_total 5
other_total{status="500"} 6
{"dotted.name",status="5\\nx"} 7
`);

const picked = (parsed: ParsedSelector): readonly number[] | string =>
  parsed.kind === "problem" ? parsed.problem : page.filter((sample) => parsed.selector.matches(sample)).map((sample) => sample.value);

describe("parseSelector", () => {
  test.each<[string, string, readonly number[]]>([
    ["a metric alone takes all its series", "http_requests_total", [1, 2, 3, 4, 5]],
    ["empty braces take all its series", "http_requests_total{}", [1, 2, 3, 4, 5]],
    ["= compares the whole value", 'http_requests_total{status="500"}', [2]],
    ["= with the empty text means that the label is missing", 'http_requests_total{status=""}', [5]],
    ["!= holds for a missing label", 'http_requests_total{status!="500"}', [1, 3, 4, 5]],
    ["=~ must match the whole value", 'http_requests_total{status=~"5.."}', [2, 4]],
    ["=~ with alternatives must match the whole value", 'http_requests_total{status=~"50|200"}', [1]],
    ["!~ is the opposite", 'http_requests_total{status!~"5.."}', [1, 3, 5]],
    ["all labels must hold", 'http_requests_total{status=~"5..",service="backend"}', [2]],
    ["the same label may stand twice", 'http_requests_total{status=~"5..",status!="500"}', [4]],
    ["blanks and a last comma", ' http_requests_total { status = "500" , } ', [2]],
    ["a quoted name", '{"dotted.name"}', [7]],
    ["a dot matches a line feed", '{"dotted.name",status=~"5.x"}', [7]],
  ])("%s", (_says, text, values) => expect(picked(parseSelector(text))).toEqual(values));

  test.each<[string, string]>([
    ["", "the selector is empty. Write a metric"],
    ["rate(http_requests_total[1m])", "after the metric's name only {labels} may stand. Write metric{label"],
    ['http_requests_total{status="500"}[5m]', "goes on after its labels. Write metric{label"],
    ["http_requests_total{status=500}", 'has the label status without a value in double quotes. Write {label="value"}'],
    ['http_requests_total{status=~"5.."', "Write {label"],
    ['a{b=~"(?=x)"}', 'the regular expression "(?=x)" of b cannot be read (invalid or unsupported Perl syntax: `(?=`). Write RE2 syntax'],
    ['a{b=~"["}', "missing closing ]"],
    [`a{b=~"${"x".repeat(501)}"}`, "longer than 500 characters. Write a shorter one"],
    [`a{b="${"x".repeat(2_000)}"}`, "the selector is longer than 2000 characters. Write fewer labels"],
    ['a{"b"}', "names its metric twice. Write the name once."],
  ])("a problem with its remedy: %s", (text, problem) => {
    expect(picked(parseSelector(text))).toContain(problem);
  });

  test.each(["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)*x", "(a|a?)+$"])("no regular expression hangs a reading: %s", (expression) => {
    const sample = { name: "m", labels: new Map([["l", `${"a".repeat(20_000)}!`]]), value: 1 };
    const parsed = parseSelector(`m{l=~"${expression}"}`);
    const before = process.cpuUsage();
    expect(parsed.kind === "selector" && parsed.selector.matches(sample)).toBe(false);
    // Processor time, which nobody else on the machine can lengthen.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });
});

test("parseWhere reads labels with and without braces", () => {
  expect(picked(parseWhere('service="frontend"'))).toEqual([4]);
  expect(picked(parseWhere('{service="frontend",status!="200"}'))).toEqual([4]);
  expect(picked(parseWhere("service=frontend"))).toContain('Write {label="value"}');
});
