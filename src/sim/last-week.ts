import { digestOfPlan } from "../core/chain.ts";
import type { Trouble } from "../core/messages/troubles.ts";
import type { Plan } from "../core/plan.ts";
import { isOver } from "../core/status.ts";
import type { Engine } from "../engine/engine.ts";
import type { NewRelease } from "../ports.ts";
import { diligent, look } from "./colleagues.ts";
import type { Habits, Team } from "./colleagues.ts";
import type { Playground } from "./playground.ts";
import { random } from "./random.ts";

/** A place where releases are lived through. */
export interface Stage {
  readonly engine: Engine;
  readonly playground: Playground;
  readonly plan: Plan;
  readonly team: Team;
}

interface Past {
  /** Epoch ms. */
  readonly startsAtMs: number;
  readonly version: string;
  readonly reason: string;
  /** What is wrong with it once people are on it; `null`: nothing. */
  readonly trouble: Trouble | null;
  readonly habits?: Partial<Habits>;
}

const minuteMs = 60_000;

/** Tuesday, 2025-08-12, 14:00 in Paris: when last week's first release begins. */
export const lastWeekMs = Date.UTC(2025, 7, 12, 12);

const releases: readonly Past[] = [
  { startsAtMs: lastWeekMs, version: "2.9.5", reason: "Panier : frais de port affichés plus tôt", trouble: null },
  {
    startsAtMs: lastWeekMs + 24 * 60 * minuteMs,
    version: "2.10.0",
    reason: "Nouveau moteur de recherche",
    trouble: { kind: "failed-requests", share: 0.05, who: "new version" },
  },
  {
    startsAtMs: lastWeekMs + 48 * 60 * minuteMs,
    version: "2.10.1",
    reason: "Moteur de recherche, deuxième essai",
    trouble: null,
    habits: { rejects: 1, says: { stop: "les essais de charge ne passent pas" } },
  },
];

/**
 * Lives last week's releases through: one promoted, one that harm took back, one that was stopped before it began. It is `untilMs` (epoch ms) when this
 * resolves.
 */
export async function liveLastWeek(stage: Stage, untilMs: number): Promise<void> {
  let stable = "2.9.4";
  for (const past of releases) {
    await passUntil(stage, past.startsAtMs);
    const isGood = await liveThrough(stage, past, stable);
    if (isGood) stable = past.version;
  }
  await passUntil(stage, untilMs);
}

/** Between two looks of a colleague, ms. */
const lookEveryMs = 20_000;
/** No release of last week takes longer, ms. */
const longestMs = 8 * 60 * minuteMs;

/** Answers whether it was promoted. */
async function liveThrough(stage: Stage, past: Past, stable: string): Promise<boolean> {
  const { engine, playground, team } = stage;
  const id = await engine.release(headOf(stage, past, stable));
  const habits: Habits = { ...diligent, signs: "on evidence", team, says: { approve: "vu" }, ...past.habits };
  const chance = random(past.startsAtMs);
  for (let passedMs = 0; passedMs < longestMs; passedMs += lookEveryMs) {
    await look(engine, id, habits, chance);
    await playground.pass(lookEveryMs);
    const view = await engine.view(id);
    if (view?.release.status.kind === "observing" && past.trouble && passedMs < 2 * minuteMs) playground.begin(past.trouble, minuteMs);
    if (view && isOver(view.release.status)) {
      playground.heal();
      return view.release.status.kind === "promoted";
    }
  }
  throw new Error(`last week's release of ${past.version} never ended`);
}

async function passUntil({ engine, playground }: Stage, atMs: number): Promise<void> {
  await playground.pass(Math.max(0, atMs - engine.nowMs()));
}

function headOf({ engine, plan, team }: Stage, { version, reason }: Past, stable: string): NewRelease {
  const day = new Date(engine.nowMs()).toISOString().slice(0, 10).replaceAll("-", "");
  const versions = (name: string) => ({ canary: `ecomsimply/${name}:${version}`, stable: `ecomsimply/${name}:${stable}` });
  return {
    id: `${plan.name}-${day}-${version.replaceAll(".", "")}`,
    plan,
    planHash: digestOfPlan(plan),
    environment: plan.environment,
    services: plan.services.map(({ name }) => name),
    createdMs: engine.nowMs(),
    startedBy: team[1].name,
    reason,
    versions: Object.fromEntries(plan.services.map(({ name }) => [name, versions(name)])),
    startKey: null,
  };
}
