import type { Slot } from "../core/observation.ts";
import type { Plan } from "../core/plan.ts";
import type { Request } from "../core/requests.ts";
import type { Habits } from "./colleagues.ts";
import type { Weather } from "./faults.ts";
import type { Episode, Mishap, Truth } from "./shop.ts";
import type { Span } from "./span.ts";

/** Everything that a simulated story depends on: the same scenario with the same seed is told in the same words. */
export interface Scenario {
  readonly seed: number;
  readonly plan: Plan;
  /** By metric or quantity of the plan: what it truly is. */
  readonly truths: Readonly<Record<string, Truth>>;
  readonly episodes?: readonly Episode[];
  readonly mishaps?: readonly Mishap[];
  /** 50 when it is not said. */
  readonly peoplePerSecond?: number;
  /** Who logs in, of these people; everybody when it is not said. */
  readonly loginsPerSecond?: number;
  /** 3 when it is not said. */
  readonly requestsPerPerson?: number;
  /** What the router draws is so much of the share that it was asked for; 1 when it is not said. */
  readonly drawnRatio?: number;
  readonly habits?: Habits;
  readonly weather?: Weather;
  /** The weather clears up then, ms since the beginning. */
  readonly calmFromMs?: number;
  readonly readyAfterMs?: number;
  /** A slot in which nothing ever becomes ready; the old version in the stable slot does. */
  readonly stuckSlot?: Slot;
  readonly breaksWhenMixed?: boolean;
  /** Sources and notifiers that are unreachable for a while; the router under the name "router", a full disk as "store". */
  readonly outages?: readonly (Span & { readonly of: string })[];
  /** From the first time that it is asked for a smaller share the router refuses everything for so long, ms. */
  readonly refusesBackMs?: number;
  /** The router's process restarts then, and forgets everything. */
  readonly routerRestartsMs?: readonly number[];
  /** The controller gets no processor for a while. */
  readonly stalls?: readonly { readonly atMs: number; readonly forMs: number }[];
  /** Another release in the same environment: other services, other people, another router. */
  readonly beside?: { readonly atMs: number; readonly episodes: readonly Episode[] };
  /** Steps of the wall clock. */
  readonly clockSteps?: readonly { readonly atMs: number; readonly byMs: number }[];
  /** What the release manager asks for, and when the controller is killed: ms since the beginning, or since the share was first in force. */
  readonly orders?: readonly { readonly atMs: number; readonly sinceSharePct?: number; readonly kind: Request["kind"] | "crash" }[];
  /** A killed controller comes back after this long, ms. */
  readonly restartAfterMs?: number;
  readonly startsAtMs?: number;
  /** By service; "v2" where it is not said. */
  readonly versions?: Readonly<Record<string, string>>;
  /** The story is told for so long while nothing but a person's decision takes the release on, ms; to its end when it is not said. */
  readonly restMs?: number;
  /** How long the story is told after its end, ms; until everything that was kept is cleared away when it is not said. */
  readonly afterwardsMs?: number;
  /** The story is cut there at the latest, ms. */
  readonly untilMs: number;
}
