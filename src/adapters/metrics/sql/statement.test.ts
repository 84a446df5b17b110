import { describe, expect, test } from "vitest";
import { readStatement } from "./statement.ts";

describe("a query's parameters become values", () => {
  test.each<[string, string, string, readonly string[]]>([
    ["each name once", "select :since, :release, :since", "select $1::timestamptz, $2::text, $1::timestamptz", ["since", "release"]],
    ["beside a cast", "select :until::date, a::text", "select $1::timestamptz::date, a::text", ["until"]],
    ["not in a text", "select ':since', E'\\':since' where a = :release", "select ':since', E'\\':since' where a = $1::text", ["release"]],
    ["not in a quoted name", 'select ":since" from t', 'select ":since" from t', []],
    ["not between dollars", "select $x$ :since $y$ $x$, $$;:until$$", "select $x$ :since $y$ $x$, $$;:until$$", []],
    [
      "not in comments, which may nest",
      "select 1 /* :since /* ; */ :until */ -- :release;\n",
      "select 1 /* :since /* ; */ :until */ -- :release;",
      [],
    ],
    ["nor in slices and assignments", "select a[1:2], f(x := 1)", "select a[1:2], f(x := 1)", []],
    ["a semicolon may end it", "select 1; -- done\n;", "select 1", []],
    ["it may begin in parentheses", "(select 1)", "(select 1)", []],
    [
      "words that only look like writing",
      "select 'insert into', updated from \"delete from\"",
      "select 'insert into', updated from \"delete from\"",
      [],
    ],
  ])("%s", (_says, query, text, parameters) => {
    expect(readStatement(query)).toEqual({ kind: "statement", statement: { text, parameters } });
  });

  test.each<[string, string, RegExp]>([
    ["nothing", "  -- nothing\n", /the query is empty\. Write one SELECT\./],
    ["a position", "select $1", /has \$1\. Write the name of what it stands for: :release, :environment, :since, :until, :matures\./],
    ["an unknown name", "select :version", /asks for :version, which nobody knows\. There are :release,/],
    ["two statements", "select 1; select 2", /has several statements/],
    ["an open text", "select 'a", /begins with ' is never closed/],
    ["an open comment", "select 1 /* /* */", /begins with \/\* is never closed/],
    ["an update", "with a as (update shop.trials t set arm = 'x' returning 1) select 1", /writes \(update shop\.trials t set\)/],
    ["a delete with odd blanks", "with a as (delete\n  FROM trials) select 1", /writes \(delete from\)/],
    ["select into", "select arm into copy from trials", /writes \(select into\)/],
    ["a lock", "select 1 from t FOR NO KEY UPDATE", /locks rows \(for no key update\)/],
    ["a call", "call f()", /does not begin with SELECT or WITH/],
    ["explain", "explain analyze select 1", /does not begin with SELECT or WITH/],
    ["a very long one", `select 1 -- ${"x".repeat(10_000)}`, /longer than 10000 characters\. Make a view of it\./],
  ])("%s is a problem with its remedy", (_says, query, problem) => {
    expect(readStatement(query)).toEqual({ kind: "problem", problem: expect.stringMatching(problem) });
  });

  test("what is long and open is read in no time", () => {
    const before = process.cpuUsage();
    for (const piece of ["'", '"', "/*", "$a$", "select into ", "(", "e'\\"]) readStatement(`select ${piece.repeat(9_900 / piece.length)}`);
    // Processor time, which nobody else on the machine can lengthen.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });
});
