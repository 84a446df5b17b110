import { expect, test, vi } from "vitest";
import { createClock } from "../../../engine/clock.ts";
import { Analyst } from "./analyst.ts";
import type { AnalystOptions } from "./analyst.ts";

const url = "http://127.0.0.1/";
const good = '<!doctype html><html lang="en"><title>t</title><main><h1>Words</h1></main>';
/** Takes jsdom many seconds to read. */
const heavy = `${"<div>".repeat(30_000)}x`;

const analyst = (more: Partial<AnalystOptions> = {}) =>
  new Analyst({ clock: createClock(), limitMs: 60_000, limitMb: 512, closing: null, ...more });

test("looks at one page after the other, and answers each with its own", async () => {
  const one = analyst();
  const pages = [good, good.replace(' lang="en"', ""), good.replace("<title>t</title>", "")];
  const inspected = await Promise.all(pages.map((html) => one.inspect({ html, url })));
  expect(inspected.map((each) => (each.kind === "scored" ? each.findings.map(({ rule }) => rule) : each))).toEqual([
    [],
    ["html-has-lang"],
    ["document-title"],
  ]);
});

test("keeps nobody waiting who does something else", async () => {
  const done: string[] = [];
  const looking = analyst()
    .inspect({ html: good, url })
    .then(() => done.push("page"));
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  done.push("everything else");
  await looking;
  expect(done).toEqual(["everything else", "page"]);
});

test("gives up a page that takes too long, and goes on with the next", async () => {
  const timeIsUp: (() => void)[] = [];
  const clock = { ...createClock(), wait: () => new Promise<void>((resolve) => timeIsUp.push(resolve)) };
  const one = analyst({ clock, limitMs: 1_234 });
  const slow = one.inspect({ html: heavy, url });
  const next = one.inspect({ html: good, url });
  await vi.waitFor(() => expect(timeIsUp).toHaveLength(1));
  timeIsUp[0]?.();
  expect(await slow).toEqual({ kind: "unreadable", why: "it could not be looked at within 1234 ms" });
  expect(await next).toMatchObject({ kind: "scored", score: 100 });
});

test("gives up a page that takes too much memory", async () => {
  const inspected = await analyst({ limitMb: 24 }).inspect({ html: heavy, url });
  expect(inspected).toMatchObject({ kind: "unreadable", why: expect.stringContaining("too much to be looked at") });
});

test("looks at nothing any more once the server closes", async () => {
  const closing = new AbortController();
  const one = analyst({ closing: closing.signal });
  const looking = one.inspect({ html: heavy, url });
  closing.abort();
  expect(await looking).toEqual({ kind: "unreadable", why: "the server is closing" });
  expect(await one.inspect({ html: good, url })).toEqual({ kind: "unreadable", why: "the server is closing" });
});
