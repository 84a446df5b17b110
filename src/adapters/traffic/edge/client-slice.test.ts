import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createClientSlices, sliceCount } from "./client-slice.ts";

test("a client keeps its slice, which is one of ten", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), fc.string(), (salt, client) => {
      const slice = createClientSlices(salt)(client);
      expect(slice).toBe(createClientSlices(salt)(client));
      expect(Number.isInteger(slice) && slice >= 0 && slice < sliceCount).toBe(true);
    }),
  );
});

test.each([
  ["connections of one address", (index: number) => `127.0.0.1:${32_768 + index}`],
  ["addresses of one network", (index: number) => `10.0.${index >> 8}.${index & 255}`],
])("%s are dealt out evenly, and otherwise with another salt", (_says, clientOf) => {
  const clients = Array.from({ length: 10_000 }, (_, index) => clientOf(index));
  const dealt = [1, 2].map((salt) => clients.map(createClientSlices(salt)));
  for (const slices of dealt) {
    const counts = Array.from({ length: sliceCount }, (_, slice) => slices.filter((one) => one === slice).length);
    // Binomial(10,000, 0.1): six standard deviations on either side.
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(180);
  }
  const same = clients.filter((_, index) => dealt[0]?.[index] === dealt[1]?.[index]).length;
  expect(Math.abs(same - 1_000)).toBeLessThan(180);
});
