import type { Answer } from "./person.ts";
import { firstVersion } from "./scenarios.ts";

const mostFailuresKept = 20;

/** What the people saw so far; every number is cumulative. */
export interface CrowdTally {
  /** Who came; each is somebody new. */
  readonly people: number;
  /** Who would have come while more than `mostAtOnce` were there; the machine is too small for the rate when this is not 0. */
  readonly turnedAway: number;
  readonly requests: number;
  /** Without an answer, or 400 and more, though no fault was meant. */
  readonly failedRequests: number;
  /** Distinct people who got a deliberate fault. */
  readonly usersHarmed: number;
  /** Distinct people whom a version other than the first stable one answered, by version. */
  readonly peopleByVersion: Readonly<Record<string, number>>;
  /** Epoch ms at which a process first served a deliberate fault, by version; absent: that version served none. */
  readonly firstFaultMs: Readonly<Record<string, number>>;
  /** Epoch ms at which the latest answer of a version came, by version. */
  readonly lastAnswerMs: Readonly<Record<string, number>>;
  /** The first few requests that failed without being meant to. */
  readonly failures: readonly string[];
}

/** Counts people, their requests and what became of them. */
export interface CrowdCount {
  /** Somebody new; `tell` takes what that person reports. `number` counts from 1. */
  person(): { readonly number: number; tell(answer: Answer): void };
  turnAway(): void;
  tally(): CrowdTally;
}

/** A file of a version that has gone is not there any more; the page that asked for it was told to load itself again. */
function hasFailed({ status, isOutdated }: Answer): boolean {
  return status === 0 || (status >= 400 && !(status === 404 && isOutdated));
}

/** A count that begins at zero. */
export function createCrowdCount(): CrowdCount {
  let people = 0;
  let turnedAway = 0;
  let requests = 0;
  let failedRequests = 0;
  let usersHarmed = 0;
  const peopleByVersion: Record<string, number> = {};
  const firstFaultMs: Record<string, number> = {};
  const lastAnswerMs: Record<string, number> = {};
  const failures: string[] = [];
  return {
    person() {
      people += 1;
      let isHarmed = false;
      const met = new Set<string>([firstVersion]);
      return {
        number: people,
        tell(answer) {
          requests += 1;
          if (answer.version !== null) lastAnswerMs[answer.version] = Date.now();
          if (answer.version !== null && !met.has(answer.version)) {
            met.add(answer.version);
            peopleByVersion[answer.version] = (peopleByVersion[answer.version] ?? 0) + 1;
          }
          if (answer.fault !== null) {
            if (!isHarmed) usersHarmed += 1;
            isHarmed = true;
            if (answer.version !== null && answer.firstFaultMs !== null) {
              firstFaultMs[answer.version] = Math.min(firstFaultMs[answer.version] ?? Infinity, answer.firstFaultMs);
            }
          } else if (hasFailed(answer)) {
            failedRequests += 1;
            if (failures.length < mostFailuresKept) failures.push(answer.says);
          }
        },
      };
    },
    turnAway() {
      turnedAway += 1;
    },
    tally: () => ({
      people,
      turnedAway,
      requests,
      failedRequests,
      usersHarmed,
      peopleByVersion: { ...peopleByVersion },
      firstFaultMs: { ...firstFaultMs },
      lastAnswerMs: { ...lastAnswerMs },
      failures: [...failures],
    }),
  };
}
