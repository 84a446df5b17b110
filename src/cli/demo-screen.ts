import { createLogUpdate } from "log-update";
import type { Outcome } from "../demo/outcome.ts";
import type { Passing, Screen } from "../demo/run.ts";
import type { ReleaseView } from "../http/release-view.ts";
import { drawRelease } from "./view/draw-release.ts";
import { mayColor } from "./view/live.ts";
import { sayNews } from "./view/say-news.ts";

/** A screen that has to be closed, so that what is drawn last stays. */
export interface DemoScreen extends Screen {
  close(): void;
}

/** Between two lines about the people, where nothing is redrawn, ms. */
const peopleEveryMs = 10_000;

/** Plain lines, each written once: the journal's sentences as they come, and now and then the people. */
export function plainScreen(write: (line: string) => void): DemoScreen {
  let previous: ReleaseView | null = null;
  let peopleMs = performance.now();
  return {
    say: write,
    show(view, people) {
      for (const line of sayNews(previous?.id === view.id ? previous : null, view)) write(line);
      previous = view;
      if (performance.now() - peopleMs < peopleEveryMs) return;
      peopleMs = performance.now();
      write(sayPeople(people));
    },
    end: (outcome, complaints) => write(sayOutcome(outcome, complaints)),
    close: () => undefined,
  };
}

/** Plain lines for people, and one JSON object a release for programs. */
export function jsonScreen(write: { readonly words: (line: string) => void; readonly json: (line: string) => void }): DemoScreen {
  const plain = plainScreen(write.words);
  return {
    ...plain,
    end(outcome, complaints) {
      plain.end(outcome, complaints);
      write.json(JSON.stringify(outcome));
    },
  };
}

/** The release redrawn in place with the people below it; what is said, and each release's end, stays above. */
export function liveScreen(terminal: NodeJS.WriteStream, env: Readonly<Record<string, string | undefined>>): DemoScreen {
  const update = createLogUpdate(terminal);
  const color = mayColor(terminal, env);
  return {
    say: (line) => update.persist(line),
    show(view, people) {
      const size = { columns: terminal.columns - 1, rows: terminal.rows - 2 };
      update([...drawRelease(view, { ...size, color, language: view.language }), sayPeople(people)].join("\n"));
    },
    end(outcome, complaints) {
      update.done();
      update.persist(sayOutcome(outcome, complaints));
    },
    close: () => update.done(),
  };
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
