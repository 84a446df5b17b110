import { expect, test } from "vitest";
import { createDenials } from "./denials.ts";
import type { Denial } from "./denials.ts";

test("nobody fills the log: lines are short, and counted after 300 a minute, of strangers together and of each who is known", () => {
  const lines: { readonly event: string; readonly fields: Partial<Denial & { more: number }> }[] = [];
  const now = { ms: 0 };
  const deny = createDenials((_, event, fields = {}) => void lines.push({ event, fields }), { monotonicMs: () => now.ms });
  const denial = { code: "token-missing", method: "GET", path: `/${"a".repeat(10_000)}`, from: "192.0.2.1" };
  for (let times = 0; times < 1_000; times += 1) deny({ ...denial, who: null });
  expect(lines).toHaveLength(300);
  expect(lines[0]?.fields.path).toHaveLength(200);
  for (let times = 0; times < 10; times += 1) deny({ ...denial, who: "vera" });
  for (let times = 0; times < 301; times += 1) deny({ ...denial, who: "dan" });
  expect(lines).toHaveLength(610);
  now.ms += 60_000;
  for (const who of [null, "vera", "dan"]) deny({ ...denial, who });
  expect(lines.slice(610).map(({ event, fields }) => [event, fields.more ?? fields.who])).toEqual([
    ["denied-more", 700],
    ["denied", null],
    ["denied", "vera"],
    ["denied-more", 1],
    ["denied", "dan"],
  ]);
});
