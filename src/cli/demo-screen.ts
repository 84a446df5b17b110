import type { Outcome } from "../demo/outcome.ts";
import type { Passing, Screen } from "../demo/run.ts";
import type { ReleaseView } from "../http/release-view.ts";
import { plainText } from "./plain-text.ts";
import type { Terminal } from "./terminal.ts";

/** A screen that has to be closed, so that what is drawn last stays. */
export interface DemoScreen extends Screen {
  close(): void;
}

/** Between two lines about the people, where nothing is redrawn, ms. */
const peopleEveryMs = 10_000;

/** `for-people`: everything on standard output; `for-programs`: words on standard error, one JSON object a release on standard output. */
export function openScreen(terminal: Terminal, reader: "for-people" | "for-programs"): DemoScreen {
  const write = (text: string): void => (reader === "for-people" ? terminal.out(`${text}\n`) : terminal.err(`${text}\n`));
  let told = { release: "", revision: 0 };
  let peopleMs = -Infinity;
  return {
    say: write,
    show(view, people) {
      if (told.release !== view.id) told = { release: view.id, revision: 0 };
      for (const line of news(view, told.revision)) write(line);
      told = { release: view.id, revision: view.revision };
      if (performance.now() - peopleMs < peopleEveryMs) return;
      peopleMs = performance.now();
      write(sayPeople(people));
    },
    end(outcome, complaints) {
      write(sayOutcome(outcome, complaints));
      if (reader === "for-programs") terminal.out(`${JSON.stringify(outcome)}\n`);
    },
    close: () => undefined,
  };
}

function news(view: ReleaseView, after: number): readonly string[] {
  return view.story
    .filter(({ revision }) => revision > after)
    .toReversed()
    .map(({ time, says }) => `${time}  ${says.map(plainText).join("; ")}`);
}

/** One line about the people so far. */
export function sayPeople({ tally, perSecond }: Passing): string {
  const turnedAway = tally.turnedAway === 0 ? "" : ` · ${tally.turnedAway} turned away: too many for this machine`;
  return `${Math.round(perSecond)} people/s · ${tally.people} people · ${tally.requests} requests · ${tally.failedRequests} failed · ${tally.usersHarmed} harmed on purpose${turnedAway}`;
}

/** What a release came to, in one sentence a line. */
export function sayOutcome(outcome: Outcome, complaints: readonly string[]): string {
  const { status, reaction, guard, phase, detectMs, rollbackMs, drainMs, usersHarmed, people, requests, failedRequests, journal } = outcome;
  const back =
    rollbackMs === null
      ? []
      : [
          `  ${reaction ?? "taken back"}${guard === null ? "" : ` because of ${guard}`}${phase === null ? "" : ` in phase ${phase}`}`,
          `  fault first served → decided ${sayMs(detectMs)} → last request to the canary ${sayMs(rollbackMs)} → last answer of the canary ${sayMs(drainMs)}`,
        ];
  return [
    `${complaints.length === 0 ? "as it should be" : "NOT as it should be"}: ${outcome.scenario} ended ${status}`,
    ...back,
    `  ${people} people, ${requests} requests, ${failedRequests} failed, ${usersHarmed} people harmed on purpose`,
    `  journal of ${journal.entries} entries ${journal.verified ? "verified" : "NOT verified"}${journal.data === null ? "" : `: serin release verify ${journal.release} --data ${journal.data}`}`,
    ...complaints.map((complaint) => `  ${complaint}`),
  ].join("\n");
}

function sayMs(ms: number | null): string {
  return ms === null ? "(never)" : ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
