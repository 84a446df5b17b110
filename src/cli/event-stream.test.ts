import { array, assert, asyncProperty, nat } from "fast-check";
import { expect, test } from "vitest";
import { readEvents } from "./event-stream.ts";
import type { ServerEvent } from "./event-stream.ts";

async function read(bytes: readonly Uint8Array[]): Promise<readonly ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of readEvents(ReadableStream.from(bytes))) events.push(event);
  return events;
}

const stream =
  'event: entry\nid: 3\ndata: {"n":"é"}\n\n: still here\n\nevent: view\ndata: {"revision":\ndata: 3}\n\ndata: 1\n\nevent: view\ndata: {"cut';
const expected = [
  { name: "entry", id: "3", data: { n: "é" } },
  { name: "view", id: null, data: { revision: 3 } },
  { name: "message", id: null, data: 1 },
];

test("reads the same events wherever the stream is cut into pieces", async () => {
  const bytes = new TextEncoder().encode(stream);
  await assert(
    asyncProperty(array(nat(bytes.length), { maxLength: 12 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((to, index) => bytes.slice(at[index], to));
      expect(await read(pieces)).toEqual(expected);
    }),
  );
});

test("data that is not JSON throws", async () => {
  await expect(read([new TextEncoder().encode("data: {\n\n")])).rejects.toThrow(SyntaxError);
});
