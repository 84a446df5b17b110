import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newPerson } from "./cohort.ts";
import { cookieName, readPerson, sayPerson, tagOfRelease, withoutPerson } from "./person-cookie.ts";
import { createSigner } from "./signer.ts";

const signer = createSigner(new Uint8Array(32).fill(7), "person cookie");
const stranger = createSigner(new Uint8Array(32).fill(8), "person cookie");
const tag = tagOfRelease("shop-1");
const valueOf = (setCookie: string): string => setCookie.split(";", 1)[0] ?? "";
const person = fc.record({
  id: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString("hex")),
  bucket: fc.integer({ min: 0, max: 9999 }),
  page: fc.constantFrom(null, "canary" as const, "stable" as const),
  isCounted: fc.boolean(),
  isWaiting: fc.boolean(),
  harmedOn: fc.record({ canary: fc.boolean(), stable: fc.boolean() }),
  brokenOn: fc.record({ canary: fc.boolean(), stable: fc.boolean() }),
});

describe("the person's cookie", () => {
  test("carries a person there and back, beside other cookies", () => {
    fc.assert(
      fc.property(person, (one) => {
        const set = sayPerson({ person: one, tag, signer, scheme: "http" });
        expect(readPerson({ header: `a=b; ${valueOf(set)}; c="serin=x"`, tag, signer })).toEqual(one);
      }),
    );
  });

  test("is out of reach of scripts, for the whole site, and secure where the way was", () => {
    const one = newPerson({ id: "0123456789abcdef", bucket: 9999 });
    const set = sayPerson({ person: one, tag, signer, scheme: "https" });
    expect(set.split("; ").slice(1)).toEqual(["Path=/", "Max-Age=604800", "HttpOnly", "SameSite=Lax", "Secure"]);
    expect(sayPerson({ person: one, tag, signer, scheme: "http" })).not.toContain("Secure");
  });

  test("of another release, another key or another person's signature is nobody's", () => {
    fc.assert(
      fc.property(person, person, (one, other) => {
        const value = valueOf(sayPerson({ person: one, tag, signer, scheme: "http" }));
        expect(readPerson({ header: value, tag: tagOfRelease("shop-2"), signer })).toBeNull();
        expect(readPerson({ header: value, tag, signer: stranger })).toBeNull();
        if (one.id === other.id) return;
        const mac = value.slice(value.lastIndexOf("."));
        const theirs = valueOf(sayPerson({ person: other, tag, signer, scheme: "http" }));
        expect(readPerson({ header: theirs.slice(0, theirs.lastIndexOf(".")) + mac, tag, signer })).toBeNull();
      }),
    );
  });

  test("any changed character makes it nobody's", () => {
    const value = valueOf(sayPerson({ person: newPerson({ id: "0123456789abcdef", bucket: 5000 }), tag, signer, scheme: "http" }));
    for (let at = cookieName.length + 1; at < value.length - 1; at += 1) {
      const forged = value.slice(0, at) + (value[at] === "1" ? "2" : "1") + value.slice(at + 1);
      expect([forged, readPerson({ header: forged, tag, signer })]).toEqual([forged, null]);
    }
  });

  test("garbage is ignored and never throws", () => {
    fc.assert(
      fc.property(fc.string(), (text) => readPerson({ header: `serin=${text}`, tag, signer }) === null),
      { numRuns: 500 },
    );
  });

  test("a valid one behind a planted one counts, behind many planted ones not", () => {
    const one = newPerson({ id: "0123456789abcdef", bucket: 1 });
    const value = valueOf(sayPerson({ person: one, tag, signer, scheme: "http" }));
    expect(readPerson({ header: `serin=planted; ${value}`, tag, signer })).toEqual(one);
    expect(readPerson({ header: `${"serin=planted; ".repeat(4)}${value}`, tag, signer })).toBeNull();
  });

  test.each([
    ["a=b", "a=b"],
    ["serin=x.y; a=b", "a=b"],
    ["a=b; serin=x", "a=b"],
    ["serin=x", null],
    ["serins=x; serin=y", "serins=x"],
  ])("goes no further than the edge: %s", (header, rest) => expect(withoutPerson(header)).toBe(rest));
});
