import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foreignBaggage, mergeBaggage, readBaggage, sayBaggage } from "./baggage.ts";
import { createSigner } from "./signer.ts";

const signer = createSigner(new Uint8Array(32).fill(7), "baggage");
const release = "shop/2025 août, 1";
const canary = sayBaggage({ release, arms: "canary", signer });

describe("baggage", () => {
  test("carries an arm that this key has signed, beside what others carry", () => {
    const read = readBaggage({ header: mergeBaggage("user=1;ttl=5, tenant=a%20b", canary), release, signer });
    expect([read?.armOf("backend"), read?.isAttempt]).toEqual(["canary", false]);
  });

  test("a mixed pair carries an arm per service, and is an attempt", () => {
    const mixed = sayBaggage({ release, arms: "frontend:canary|back:end:stable", signer });
    const read = readBaggage({ header: mixed, release, signer });
    expect([read?.armOf("frontend"), read?.armOf("unknown"), read?.isAttempt]).toEqual(["canary", "stable", true]);
  });

  test.each([
    ["without a proof", "serin.arm=canary,serin.release=r"],
    ["with somebody's proof", canary.replace(/proof=.*/, "proof=AAAAAAAAAAAAAAAAAAAAAA")],
    ["with the arm changed", canary.replace("serin.arm=canary", "serin.arm=stable")],
    ["of another release", sayBaggage({ release: "other", arms: "canary", signer })],
    ["of another key", sayBaggage({ release, arms: "canary", signer: createSigner(new Uint8Array(32), "baggage") })],
  ])("is nobody's %s", (_says, header) => expect(readBaggage({ header, release, signer })).toBeNull());

  test("spoofed members are taken out, foreign ones stay as they are", () => {
    expect(foreignBaggage("a=1, serin.arm=canary ,b=2;x=serin.arm")).toBe("a=1,b=2;x=serin.arm");
    expect(foreignBaggage("serin.arm=canary")).toBeNull();
    expect(foreignBaggage("%73erin.arm=canary,a=%31, %53%45RIN.arm=stable,Serin.proof=x,b=serin.arm")).toBe("a=%31,b=serin.arm");
    expect(mergeBaggage("serin.arm=stable,a=1", canary)).toBe(`a=1,${canary}`);
  });

  test("never grows beyond the standard's 8192 bytes", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 9000 }), (length) => mergeBaggage(`a=${"x".repeat(length)}`, canary).length <= 8192));
    expect(mergeBaggage(`a=${"x".repeat(9000)}`, canary)).toBe(canary);
  });

  test("any text is read without throwing", () => {
    fc.assert(fc.property(fc.string(), (text) => readBaggage({ header: `${text},serin.proof=${text}`, release, signer }) === null));
  });
});
