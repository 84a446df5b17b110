import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createSigner } from "./signer.ts";

const key = fc.uint8Array({ minLength: 32, maxLength: 64 });

test("signs as HMAC-SHA256 does, cut to 128 bits", () => {
  fc.assert(
    fc.property(key, fc.string(), fc.string({ unit: "grapheme" }), (secret, purpose, text) => {
      const ownKey = createHmac("sha256", secret).update(purpose).digest();
      const mac = createHmac("sha256", ownKey).update(text).digest().subarray(0, 16).toString("base64url");
      return createSigner(secret, purpose).sign(text) === mac;
    }),
  );
});

test("knows its own signature, for this purpose and this text only", () => {
  fc.assert(
    fc.property(key, fc.string(), fc.string(), (secret, text, other) => {
      const signer = createSigner(secret, "one");
      const mac = signer.sign(text);
      if (createSigner(secret, "other").isSigned(text, mac)) return false;
      return signer.isSigned(text, mac) && (text === other || !signer.isSigned(other, mac));
    }),
  );
});

test.each([
  ["empty", ""],
  ["too short", "AAAA"],
  ["too long", "A".repeat(23)],
  ["not base64url", "!".repeat(22)],
  ["all zero bits", "A".repeat(22)],
])("a signature that is %s is refused", (_says, mac) => {
  expect(createSigner(new Uint8Array(32), "one").isSigned("text", mac)).toBe(false);
});
