import type { Tally } from "../../src/evidence/test-spec.ts";
import type { Chance } from "./chance.ts";

/** Hash slices of an arm, as many as the edge has. */
export const sliceCount = 10;

/** One person's requests in a scrape. */
export type Person = (chance: Chance) => Tally;

/** People dealt to the slices by chance, each with all requests: as the hash of a person does. */
export function slicesOfPeople(chance: Chance, users: number, person: Person): readonly Tally[] {
  const slices = Array.from({ length: sliceCount }, () => ({ bad: 0, total: 0 }));
  for (let user = 0; user < users; user += 1) {
    const slice = slices[Math.floor(chance.uniform() * sliceCount)];
    const { bad, total } = person(chance);
    if (slice === undefined) continue;
    slice.bad += bad;
    slice.total += total;
  }
  return slices;
}

/** The same for people with one request each, `rate` of which are bad; quick for many. */
export function slicesOfRequests(chance: Chance, requests: number, rate: number): readonly Tally[] {
  let left = requests;
  return Array.from({ length: sliceCount }, (_, index) => {
    const total = chance.binomial(left, 1 / (sliceCount - index));
    left -= total;
    return { bad: chance.binomial(total, rate), total };
  });
}

export function sumOf(slices: readonly Tally[]): Tally {
  return { bad: slices.reduce((sum, { bad }) => sum + bad, 0), total: slices.reduce((sum, { total }) => sum + total, 0) };
}
