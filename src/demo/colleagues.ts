import { setTimeout as wait } from "node:timers/promises";
import type { Role } from "../core/plan.ts";
import type { ReleaseView } from "../http/release-view.ts";
import { ApiRefusal } from "./api.ts";
import type { Api } from "./api.ts";
import { chanceOf } from "./chance.ts";

/** Somebody of the team that releases; names and roles stand in the demo's server file. */
export interface Colleague {
  readonly name: string;
  readonly role: Role;
}

/** Who works in the demo. The first one starts the releases. */
export const colleagues: readonly [Colleague, ...Colleague[]] = [
  { name: "Camille", role: "release-manager" },
  { name: "Noor", role: "qa-lead" },
  { name: "Jonas", role: "product-owner" },
];

/** One colleague at work on one release. */
export interface AtWork {
  readonly colleague: Colleague;
  readonly api: Api;
  readonly release: string;
  readonly seed: number;
  /** True when a release manager goes on from this phase (index) without waiting for the plan's time. */
  readonly hurries: (phase: number) => boolean;
  readonly signal: AbortSignal;
}

/** Between two looks at the release, ms. */
const looksEveryMs = 200;

/**
 * Looks at the release again and again, signs what the colleague's role is asked for, 0.3-0.9 s after noticing, and goes on where the colleague
 * hurries. Whoever asked for what has changed meanwhile is told so by the server, and looks again. Resolves when `signal` aborts; throws when the
 * server cannot be asked.
 */
export async function workOn({ colleague, api, release, seed, hurries, signal }: AtWork): Promise<void> {
  const chance = chanceOf(`${colleague.name} ${seed}`);
  while (await pause(looksEveryMs, signal)) {
    const view = await api.show(release);
    if (asks(view.people, colleague)) {
      if (!(await pause(300 + 600 * chance(), signal))) return;
      const seen = await api.show(release);
      if (!asks(seen.people, colleague)) continue;
      await unlessOvertaken(
        api.ask(release, { kind: "approve", as: colleague.role, reason: `${colleague.name} has looked at the evidence` }, seen.revision),
      );
    } else if (mayGoOn(view, colleague, hurries)) {
      await unlessOvertaken(api.ask(release, { kind: "promote", reason: "every gate has passed" }, view.revision));
    }
  }
}

function asks(people: ReleaseView["people"], colleague: Colleague): boolean {
  return people.some(({ role, state }) => role === colleague.role && state === "asked");
}

function mayGoOn({ status, actions }: ReleaseView, colleague: Colleague, hurries: AtWork["hurries"]): boolean {
  const isPressable = actions.some(({ kind, why }) => kind === "promote" && why === null);
  return colleague.role === "release-manager" && "phase" in status && isPressable && hurries(status.phase);
}

async function unlessOvertaken(asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    const isOvertaken = error instanceof ApiRefusal && (error.status === 409 || error.status === 412);
    if (!isOvertaken) throw error;
  }
}

/** False when `signal` aborted meanwhile. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  await wait(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return !signal.aborted;
}
