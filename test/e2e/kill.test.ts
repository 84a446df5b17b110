import { expect, test } from "vitest";
import { killRounds } from "../kill/rounds.ts";

/* Fifty rounds are `npm run test:kill`; these few are quick ones. */

test(
  "a server that is killed again and again loses nothing: a good release, a bad one, one over steps of the clock, one ordered back",
  { timeout: 900_000 },
  async () => {
    const said: string[] = [];
    const { signal } = new AbortController();
    const { reports, kept } = await killRounds({ rounds: 4, seed: 14, signal, say: (line) => said.push(line) });
    expect({ broken: reports.flatMap(({ broken }) => broken), kept, said: kept.length === 0 ? [] : said }).toEqual({
      broken: [],
      kept: [],
      said: [],
    });
    expect(reports.map(({ kind, ended }) => `${kind} ${ended}`)).toEqual([
      "clock promoted",
      "bad rolled-back",
      "good promoted",
      "ordered rolled-back",
    ]);
    for (const report of reports) {
      expect(report.kills).toBeGreaterThan(0);
      expect(report.readings).toBeGreaterThan(2);
      expect(report.notices).toBeGreaterThan(4);
    }
  },
);
