import { approvable, missingRoles } from "../core/decide/sign-offs.ts";
import { standingsOf } from "../core/evidence-book.ts";
import { openReport } from "../core/open-report.ts";
import type { Role } from "../core/plan.ts";
import { awaitsAcknowledgement } from "../core/way-back.ts";
import type { Person, Request } from "../core/requests.ts";
import type { Engine, View } from "../engine/engine.ts";
import type { Random } from "./random.ts";

/** What the simulated people are like. */
export interface Habits {
  /** Between two looks at the release, ms. */
  readonly everyMs: number;
  /** Chance per look of a request that nobody asked for: a pause, a resume, a stale click, a promotion before its time. */
  readonly meddles: number;
  /** Chance per look of taking everybody back by hand. */
  readonly panics: number;
  /** Chance per look of saying no instead of signing: the release is stopped. */
  readonly rejects?: number;
  /** Chance per look of reporting a problem, whether there is one or not. */
  readonly reports?: number;
  /** Chance per look of letting the next step pass what stands in its way, or of trying to. */
  readonly overrides?: number;
  /** Roles that are away: nobody signs for them. */
  readonly away: readonly Role[];
  /** When they sign that a phase may be left: as soon as they may, which is usual, or when every gate of it has passed and no guard is breached. */
  readonly signs?: "at once" | "on evidence";
  /** Who they are; Aline and her colleagues when it is not said. */
  readonly team?: Team;
  /** What they say when they ask for something; "simulated stop" when it is not said. */
  readonly says?: Readonly<Partial<Record<Request["kind"], string>>>;
}

/** One person for each role that decides. */
export type Team = readonly [ReleaseManager: Person, DevopsLead: Person, QaLead: Person, ProductOwner: Person];

/** Chance per look of deciding about a problem that is reported and open, where people report at all. */
const decides = 0.3;

export const diligent: Habits = { everyMs: 20_000, meddles: 0, panics: 0, away: [] };

const usualTeam: Team = [
  { name: "Aline", roles: ["release-manager"] },
  { name: "Bruno", roles: ["devops-lead"] },
  { name: "Chloé", roles: ["qa-lead"] },
  { name: "Driss", roles: ["product-owner"] },
];

/** One order of the release manager on what is seen now. Answers the request's id once it is acknowledged. */
export async function order(engine: Engine, release: string, kind: Request["kind"]): Promise<string> {
  const view = await engine.view(release);
  const id = `${release}-${kind}-${engine.nowMs()}`;
  await engine.ask({
    id,
    release,
    atMs: engine.nowMs(),
    by: usualTeam[0],
    kind,
    expectRevision: view?.release.revision ?? null,
    reason: `simulated ${kind}`,
    as: null,
  });
  return id;
}

/** True when every gate of the phase has passed and no guard is breached, or there is no phase to leave. */
function isProven({ release, book }: View, nowMs: number): boolean {
  const { status } = release;
  if (!("phase" in status)) return true;
  return standingsOf(release, book, nowMs).every(({ check, verdict }) =>
    check.phase === null ? verdict.kind !== "fail" : check.phase !== status.phase || verdict.kind === "pass",
  );
}

/** One look of one colleague: signs what waits for them, and now and then does something else. Answers the ids that were acknowledged. */
export async function look(engine: Engine, release: string, habits: Habits, chance: Random): Promise<readonly string[]> {
  const view = await engine.view(release);
  if (!view) return [];
  const { team: people = usualTeam, says = {} } = habits;
  const asked: Request[] = [];
  const ask = (by: Person, kind: Request["kind"], expectRevision: number | null): void => {
    const id = `${release}-${kind}-${chance.below(2 ** 32).toString(36)}`;
    asked.push({ id, release, atMs: engine.nowMs(), by, kind, expectRevision, reason: says[kind] ?? `simulated ${kind}`, as: null });
  };
  const target = approvable(view.release.status, view.release.plan);
  const missing = target && (habits.signs !== "on evidence" || isProven(view, engine.nowMs())) ? missingRoles(view.release, target) : [];
  for (const person of people) {
    const isAsked = person.roles.some((role) => missing.includes(role) && !habits.away.includes(role));
    if (!isAsked) continue;
    if (chance.happens(habits.rejects ?? 0)) ask(people[0], "stop", view.release.revision);
    else ask(person, "approve", view.release.revision);
  }
  const { status } = view.release;
  if (status.kind === "holding" && status.why.kind === "paused" && chance.happens(0.5)) ask(people[0], "resume", view.release.revision);
  if (chance.happens(habits.meddles)) {
    const kind = chance.pick(["pause", "resume", "promote", "approve"]);
    ask(
      chance.pick([people[0], people[1], people[2], people[3]]),
      kind,
      chance.happens(0.3) ? Math.max(0, view.release.revision - 3) : view.release.revision,
    );
  }
  // Whoever has no such habit draws no chance for it, so that the stories of before stay what they were.
  if (habits.reports !== undefined && chance.happens(habits.reports)) ask(chance.pick(people), "report", null);
  if (habits.overrides !== undefined && chance.happens(habits.overrides))
    ask(chance.pick([people[0], people[1]]), "override", view.release.revision);
  if (habits.reports !== undefined && openReport(view.release) !== null && chance.happens(decides))
    ask(people[0], chance.pick(["resume", "resume", "resume", "rollback"]), view.release.revision);
  if (habits.reports !== undefined && awaitsAcknowledgement(view.release)) ask(people[1], "acknowledge", view.release.revision);
  if (chance.happens(habits.panics)) ask(chance.pick([people[0], people[2]]), chance.pick(["rollback", "stop"]), null);
  const acknowledged: string[] = [];
  for (const request of asked) {
    await engine.ask(request);
    acknowledged.push(request.id);
  }
  return acknowledged;
}
