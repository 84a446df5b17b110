import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameBoundary, closeFrame } from "./websocket-frames.ts";

/** A frame as RFC 6455 writes it, masked or not. */
function frame(payload: Uint8Array, mask: "masked" | "plain"): Buffer {
  const bit = mask === "masked" ? 0x80 : 0;
  const length = payload.length;
  const head =
    length < 126
      ? Buffer.from([0x82, bit | length])
      : length < 65_536
        ? Buffer.from([0x82, bit | 126, length >> 8, length & 255])
        : Buffer.from([0x82, bit | 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255]);
  return Buffer.concat([head, mask === "masked" ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0), payload]);
}

const frames = fc.array(
  fc.tuple(
    fc
      .oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(125, 126, 127, 65_535, 65_536))
      .map((length) => new Uint8Array(length).fill(0x88)),
    fc.constantFrom("masked" as const, "plain" as const),
  ),
  { minLength: 1, maxLength: 6 },
);

describe("the boundary between WebSocket frames", () => {
  test("is found however the bytes are cut", () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 5000 }), (sent, size) => {
        const boundary = new FrameBoundary();
        for (const [payload, mask] of sent) {
          const bytes = frame(payload, mask);
          for (let at = 0; at < bytes.length; at += size) {
            boundary.follow(bytes.subarray(at, at + size));
            expect(boundary.isAtBoundary).toBe(at + size >= bytes.length);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test("tells how much of a chunk still belongs to the open frame", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 400 }), fc.nat(), (length, cut) => {
        const bytes = Buffer.concat([frame(new Uint8Array(length), "plain"), frame(new Uint8Array(3), "plain")]);
        const first = bytes.length - 5;
        const at = 1 + (cut % (first - 1));
        const boundary = new FrameBoundary();
        boundary.follow(bytes.subarray(0, at));
        expect(boundary.untilBoundary(bytes.subarray(at))).toBe(first - at);
        expect([boundary.isAtBoundary, boundary.untilBoundary(bytes)]).toEqual([true, 0]);
      }),
    );
  });

  test("a close frame says code and reason", () => {
    const bytes = closeFrame(1012, "é".repeat(100));
    expect([bytes[0], bytes[1], bytes.readUInt16BE(2), bytes.length]).toEqual([0x88, 125, 1012, 127]);
    expect(closeFrame(1012, "bye").toString("hex")).toBe("880503f4627965");
  });
});
