import type { Slot } from "../core/observation.ts";
import type { Plan } from "../core/plan.ts";
import type { Request } from "../core/requests.ts";
import type { Habits } from "./colleagues.ts";
import type { Weather } from "./faults.ts";
import type { Episode, Truth } from "./shop.ts";

/** Everything that a simulated story depends on: the same scenario with the same seed is told in the same words. */
export interface Scenario {
  readonly seed: number;
  readonly plan: Plan;
  /** By metric or quantity of the plan: what it truly is. */
  readonly truths: Readonly<Record<string, Truth>>;
  readonly episodes?: readonly Episode[];
  readonly peoplePerSecond?: number;
  readonly requestsPerPerson?: number;
  readonly habits?: Habits;
  readonly weather?: Weather;
  /** The weather clears up then, ms since the beginning. */
  readonly calmFromMs?: number;
  readonly readyAfterMs?: number;
  /** A slot in which nothing ever becomes ready; the old version in the stable slot does. */
  readonly stuckSlot?: Slot;
  readonly breaksWhenMixed?: boolean;
  /** Sources and notifiers that are unreachable for a while, ms since the beginning; the router under the name "router", a full disk as "store". */
  readonly outages?: readonly { readonly of: string; readonly fromMs: number; readonly untilMs: number }[];
  /** The router's process restarts then, and forgets everything. */
  readonly routerRestartsMs?: readonly number[];
  /** The controller gets no processor for a while. */
  readonly stalls?: readonly { readonly atMs: number; readonly forMs: number }[];
  /** Another release in the same environment: other services, other people, another router. */
  readonly beside?: { readonly atMs: number; readonly episodes: readonly Episode[] };
  /** Steps of the wall clock. */
  readonly clockSteps?: readonly { readonly atMs: number; readonly byMs: number }[];
  /** What the release manager asks for, and when the controller is killed, ms since the beginning. */
  readonly orders?: readonly { readonly atMs: number; readonly kind: Request["kind"] | "crash" }[];
  /** A killed controller comes back after this long, ms. */
  readonly restartAfterMs?: number;
  readonly startsAtMs?: number;
  /** The story is cut there at the latest, ms. */
  readonly untilMs: number;
}
