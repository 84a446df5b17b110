import { setTimeout as wait } from "node:timers/promises";
import { isOver } from "../../src/core/status.ts";
import type { Role } from "../../src/core/plan.ts";
import type { StartReleaseBody } from "../../src/http/contract.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import type { Fate } from "./moments.ts";
import type { Person } from "./person.ts";

/** One release as the team lives it, however often the server dies. */
export interface Play {
  readonly fate: Fate;
  readonly start: StartReleaseBody;
  /** Key of the start, and beginning of every other key. */
  readonly key: string;
  readonly camille: Person;
  readonly noor: Person;
  /** Called when people may be on the new version for the first time. */
  readonly onExposed: () => void;
}

const looksEveryMs = 100;
const pausesForMs = 300;

/** Begins the release, signs, pauses or orders it back as its kind says, and answers its last view when it is over. */
export async function playRelease(play: Play): Promise<ReleaseView> {
  const { id } = await play.noor.start(play.start, play.key);
  const meddle = meddlingOf(play, id);
  const leads = follow(play.camille, id, async (seen) => {
    if (seen.status.kind === "observing") play.onExposed();
    await play.camille.read(id);
    await signAs(play, { person: play.camille, role: "release-manager", seen });
    await meddle(seen);
    return isOver(seen.status);
  });
  // Noor is asked at the start only.
  const begins = follow(play.noor, id, async (seen) => {
    await signAs(play, { person: play.noor, role: "qa-lead", seen });
    return seen.status.kind !== "waiting";
  });
  const [view] = await Promise.all([leads, begins]);
  return view;
}

/** Looks at the release again and again until `act` says that it is enough. */
async function follow(person: Person, id: string, act: (seen: ReleaseView) => Promise<boolean>): Promise<ReleaseView> {
  for (;;) {
    const seen = await person.show(id);
    if (await act(seen)) return seen;
    await wait(looksEveryMs);
  }
}

interface Signing {
  readonly person: Person;
  readonly role: Role;
  readonly seen: ReleaseView;
}

async function signAs({ key }: Play, { person, role, seen }: Signing): Promise<void> {
  if (!seen.people.some((one) => one.role === role && one.state === "asked")) return;
  const body = { kind: "approve", as: role, reason: "looked at it" } as const;
  await person.ask(seen.id, { body, key: `${key}-${role}-${seen.revision}`, revision: seen.revision });
}

/** What Camille does beside signing: nothing; or a pause that ends by itself; or an order to go back. */
function meddlingOf({ fate, key, camille }: Play, id: string): (seen: ReleaseView) => Promise<void> {
  let isDone = false;
  let tries = 0;
  const ask = (kind: "pause" | "resume" | "rollback", revision: number | null) =>
    camille.ask(id, { body: { kind, reason: "it is part of the round" }, key: `${key}-${kind}-${(tries += 1)}`, revision });
  return async ({ status, revision }) => {
    if (isDone) return;
    if (fate.kind === "ordered" && status.kind === "observing") isDone = (await ask("rollback", revision)) !== null;
    if (fate.kind !== "paused") return;
    if (status.kind === "observing") await ask("pause", revision);
    if (status.kind !== "holding" || status.why.kind !== "paused") return;
    await wait(pausesForMs);
    isDone = (await ask("resume", revision)) !== null;
  };
}
