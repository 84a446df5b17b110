import { describe, expect, test } from "vitest";
import { nextLink } from "./link.ts";
import type { Link, LinkEvent } from "./link.ts";

const away = (tries: number): Link => ({ kind: "away", sinceMs: 1_000, tries, retryAtMs: 0 });

describe("the link to the server", () => {
  test.each<[string, Link, LinkEvent, Link["kind"]]>([
    ["is live with the first word", { kind: "connecting" }, { kind: "heard" }, "live"],
    ["is away when the stream breaks", { kind: "live" }, { kind: "lost" }, "away"],
    ["is live again with the next word", away(3), { kind: "heard" }, "live"],
    ["polls where no stream comes through", { kind: "connecting" }, { kind: "answered", isStreaming: false }, "polling"],
    ["stays live when a silent stream is asked after", { kind: "live" }, { kind: "answered", isStreaming: true }, "live"],
    ["ends when the server refuses", { kind: "live" }, { kind: "refused" }, "ended"],
  ])("%s", (_says, link, event, kind) => expect(nextLink(link, event, 5_000).kind).toBe(kind));

  test("remembers since when it is away, and tries less and less often, but never more than 15 s apart", () => {
    const tries: Link[] = [{ kind: "live" }];
    for (let at = 0; at < 8; at += 1) tries.push(nextLink(tries.at(-1) ?? { kind: "live" }, { kind: "lost" }, 1_000 + at));
    const pauses = tries.flatMap((link, at) => (link.kind === "away" ? [link.retryAtMs - (1_000 + at - 1)] : []));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
    expect(tries.slice(1).every((link) => link.kind === "away" && link.sinceMs === 1_000)).toBe(true);
  });
});
