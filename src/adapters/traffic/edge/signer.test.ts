import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createSigner, remembering } from "./signer.ts";

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

test("one that remembers answers as one that does not, whatever was asked before", () => {
  const asked = fc.record({
    text: fc.constantFrom("a", "ab", "abc", ""),
    other: fc.constantFrom("a", "ab", "abc", ""),
    isForged: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (questions, most) => {
      const plain = createSigner(new Uint8Array(32).fill(7), "one");
      const remembers = remembering(plain, most);
      return questions.every(({ text, other, isForged }) => {
        const mac = isForged ? `${plain.sign(other).slice(0, 21)}-` : plain.sign(other);
        return remembers.isSigned(text, mac) === plain.isSigned(text, mac) && remembers.sign(text) === plain.sign(text);
      });
    }),
  );
});

test("one that remembers takes no other division of a pair that it knows", () => {
  const remembers = remembering(createSigner(new Uint8Array(32).fill(7), "one"), 10);
  const mac = remembers.sign("text");
  expect(remembers.isSigned("text", mac)).toBe(true);
  expect(remembers.isSigned("ext", `${mac}t`)).toBe(false);
  expect(remembers.isSigned(`${mac.at(-1)}text`, mac.slice(0, -1))).toBe(false);
});
