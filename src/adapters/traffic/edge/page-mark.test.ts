import * as fc from "fast-check";
import { expect, test } from "vitest";
import { newPerson } from "./cohort.ts";
import { readMark, sayMark } from "./page-mark.ts";
import { createSigner } from "./signer.ts";

const signer = createSigner(new Uint8Array(32).fill(7), "page mark");
const person = newPerson({ id: "0123456789abcdef", bucket: 4711 });
const whose = { person, tag: "tag", signer };
const arm = fc.constantFrom("canary" as const, "stable" as const);
const markIn = (header: string): string => /^serin;desc="([^"]*)"$/.exec(header)?.[1] ?? "none";

test("a mark is read back, whatever the service is called", () => {
  fc.assert(
    fc.property(arm, fc.string({ minLength: 1, unit: "grapheme" }), (one, service) => {
      const mark = { arm: one, service };
      expect(readMark(markIn(sayMark(mark, whose)), whose)).toEqual(mark);
    }),
  );
});

test("a mark holds for its person, its release and its key alone, and as it was given", () => {
  const mark = markIn(sayMark({ arm: "stable", service: "shop" }, whose));
  expect(readMark(mark, { ...whose, person: { ...person, id: "fedcba9876543210" } })).toBeNull();
  expect(readMark(mark, { ...whose, tag: "another" })).toBeNull();
  expect(readMark(mark, { ...whose, signer: createSigner(new Uint8Array(32).fill(7), "person cookie") })).toBeNull();
  for (const forged of [
    mark.replace("stable", "canary"),
    mark.replace("shop", "shoq"),
    `${mark}x`,
    "",
    "canary",
    "canary.%.aaaaaaaaaaaaaaaaaaaaaa",
  ]) {
    expect(readMark(forged, whose)).toBeNull();
  }
});

test("a mark tells scripts nothing of the cookie", () => {
  const header = sayMark({ arm: "canary", service: "shop" }, whose);
  expect(header).not.toContain(person.id);
  expect(header).not.toContain(String(person.bucket));
});
