import type { Observation, SeenTraffic, SeenWorkload, SeenWorkloads, Slot } from "./observation.ts";
import type { Audience, Plan } from "./plan.ts";
import type { Release } from "./release.ts";
import { sayTargets } from "./targets.ts";

/** What the outside world shall look like: a pure function of the release, re-applied until it is seen. */
export interface Wanted {
  readonly traffic: {
    readonly sharePct: number;
    readonly audience: Audience;
    readonly phase: number;
    readonly stableSlot: "stable" | "previous";
  };
  /** By service: the version of each slot that shall run. */
  readonly slots: Readonly<Record<string, Slots>>;
  /** Percent of the people that the canary must be able to serve: those of the phase that comes next, so that it stands before they come. */
  readonly canaryPct: number;
}

type Slots = Partial<Record<Slot, string>>;

/** What the outside world was last seen to do. */
export type Outside = Pick<Observation, "traffic" | "workloads">;

/**
 * Answers what `release` wants of router and workloads; `null` while it has no business with them yet, or none any more: what comes after it
 * belongs to the next release, however late somebody asks something of this one.
 */
export function wanted(release: Release): Wanted | null {
  const { status, plan } = release;
  const of = (traffic: Traffic, slots: readonly SlotUse[]): Wanted => ({
    traffic: trafficOf(plan, traffic),
    slots: slotsOf(release, slots),
    canaryPct: canaryPctOf(release),
  });
  switch (status.kind) {
    case "waiting":
      return null;
    case "preparing":
      return of({ sharePct: 0, phase: 0 }, ["stable-old", "canary"]);
    case "shifting":
    case "observing":
    case "holding":
      return of({ sharePct: sharePctOf(plan, status.phase), phase: status.phase }, ["stable-old", "canary"]);
    case "promoting":
      return wantedPromoting(release, status.step, of);
    case "promoted":
      if (status.previous === "gone") return null;
      return of({ sharePct: 0, phase: 0 }, status.previous === "kept" ? ["stable-new", "previous"] : ["stable-new"]);
    case "rolling-back":
      return wantedRollingBack(status, of);
    case "rolled-back":
    case "halted":
      return null;
    case "stopped":
      if (status.canary === "gone") return null;
      return of({ sharePct: 0, phase: 0 }, status.canary === "kept" ? ["stable-old", "canary"] : ["stable-old"]);
  }
}

/** The share of a phase, percent, with the hold-back taken off. */
export function sharePctOf(plan: Plan, phase: number): number {
  return Math.min(plan.phases[phase]?.sharePct ?? 0, 100 - plan.holdbackPct);
}

/** Nothing is asked of a canary that nobody comes to any more: it stays as large as it is. */
function canaryPctOf({ status, plan }: Release): number {
  switch (status.kind) {
    case "preparing":
      return sharePctOf(plan, 0);
    case "shifting":
      return sharePctOf(plan, status.phase);
    case "observing":
    case "holding":
      return Math.max(sharePctOf(plan, status.phase), sharePctOf(plan, status.phase + 1));
    case "promoting":
      return sharePctOf(plan, plan.phases.length - 1);
    case "rolling-back":
      return status.from === "image-behind-canary" ? 100 : 0;
    default:
      return 0;
  }
}

/**
 * The services whose canary is not ready for the share of `phase`; one whose size does not follow the share always is. Workloads that cannot be
 * seen now hold nobody up: they were asked to grow when the phase before began.
 */
export function tooSmallFor(release: Release, seen: Pick<Outside, "workloads">, phase: number): readonly string[] {
  if (seen.workloads.kind !== "seen") return [];
  const { value } = seen.workloads;
  const wantedPct = sharePctOf(release.plan, phase);
  const isTooSmall = (canary: SeenWorkload | undefined): boolean =>
    canary?.sizedPct !== undefined && (!canary.isReady || canary.sizedPct < wantedPct);
  return release.plan.services.map(({ name }) => name).filter((name) => isTooSmall(value[name]?.canary));
}

/**
 * True when everybody is on the new version, so that nothing is left to compare with: relative guards have no reaction any more. While the
 * share is still on its way there they have.
 */
export function isWithoutStable({ status, plan }: Release): boolean {
  if (status.kind === "promoting") return true;
  return (status.kind === "observing" || status.kind === "holding") && sharePctOf(plan, status.phase) === 100;
}

/** True when the router was read back and does exactly what the release wants, with the addresses that the workloads answer at. */
export function isTrafficAsWanted(release: Release, seen: Outside): boolean {
  const want = wanted(release);
  if (!want || seen.traffic.kind !== "seen" || seen.workloads.kind !== "seen") return false;
  return (
    isSameTraffic(want, release, seen.traffic.value) && seen.traffic.value.targets === sayTargets(targetsOf(want, seen.workloads.value))
  );
}

/** True when the router says the wanted share, whatever addresses it has: the workloads may be unreadable while people go home. */
export function isShareAsWanted(release: Release, seen: Outside): boolean {
  const want = wanted(release);
  return want !== null && seen.traffic.kind === "seen" && isSameTraffic(want, release, seen.traffic.value);
}

/** True when every wanted slot of `slot` runs its version, is ready and has an address that people can be sent to, for all services. */
export function isReady(release: Release, seen: Outside, slot: Slot): boolean {
  const want = wanted(release);
  const workloads = seen.workloads;
  if (!want || workloads.kind !== "seen") return false;
  return Object.entries(want.slots).every(([service, slots]) => {
    const workload = workloads.value[service]?.[slot];
    return slots[slot] === undefined || (workload?.isReady === true && workload.version === slots[slot] && workload.urls.length > 0);
  });
}

/** True when no service has anything in `slot` any more. */
export function isGone(release: Release, seen: Outside, slot: Slot): boolean {
  const workloads = seen.workloads;
  if (workloads.kind !== "seen") return false;
  return release.plan.services.every((service) => workloads.value[service.name]?.[slot] === undefined);
}

/** The addresses of each arm: the canary's while it is wanted, and those of the slot that serves as stable. */
export function targetsOf(
  want: Wanted,
  seen: SeenWorkloads,
): Readonly<Record<string, { readonly canary: readonly string[]; readonly stable: readonly string[] }>> {
  return Object.fromEntries(
    Object.entries(want.slots).map(([service, slots]) => {
      const canary = slots.canary === undefined ? [] : urlsOf(seen[service]?.canary);
      return [service, { canary, stable: urlsOf(seen[service]?.[want.traffic.stableSlot]) }];
    }),
  );
}

/**
 * The slots to ask for now: what the release wants, and beside it what still runs and may still get traffic. Nothing is taken away, and no
 * running version is replaced by another, before the router was seen where it is wanted; so workloads that nobody has seen must be looked at
 * first, and are not asked for anything on the strength of this answer.
 */
export function slotsToApply(release: Release, seen: Outside): Wanted["slots"] {
  const want = wanted(release);
  if (!want) return {};
  const workloads = seen.workloads;
  if (workloads.kind !== "seen" || isShareAsWanted(release, seen)) return want.slots;
  return Object.fromEntries(
    Object.entries(want.slots).map(([service, slots]) => {
      const running = Object.entries(workloads.value[service] ?? {}).map(([slot, workload]) => [slot, workload.version]);
      return [service, { ...slots, ...Object.fromEntries(running) }];
    }),
  );
}

function urlsOf(workload: SeenWorkload | undefined): readonly string[] {
  return workload?.urls ?? [];
}

function isSameTraffic(want: Wanted, release: Release, seen: SeenTraffic): boolean {
  const { traffic } = want;
  const isSame = seen.release === release.id && seen.sharePct === traffic.sharePct && seen.stableSlot === traffic.stableSlot;
  return isSame && (traffic.sharePct === 0 || seen.audience === traffic.audience) && seen.isServing;
}

interface Traffic {
  readonly sharePct: number;
  readonly phase: number;
  readonly stableSlot?: "previous";
}

type SlotUse = "stable-old" | "stable-new" | "canary" | "previous";
type Of = (traffic: Traffic, slots: readonly SlotUse[]) => Wanted;

function wantedPromoting(release: Release, step: "cloning" | "replacing" | "returning" | "clearing", of: Of): Wanted {
  const phase = release.plan.phases.length - 1;
  const previous: readonly SlotUse[] = release.plan.keepPreviousMs > 0 ? ["previous"] : [];
  switch (step) {
    case "cloning":
      return of({ sharePct: 100, phase }, ["stable-old", "canary", ...previous]);
    case "replacing":
      // Should the controller fall silent now, the lease takes people where the old version runs, not where it is being replaced.
      return of({ sharePct: 100, phase, ...(previous.length > 0 ? { stableSlot: "previous" as const } : {}) }, [
        "stable-new",
        "canary",
        ...previous,
      ]);
    case "returning":
      return of({ sharePct: 0, phase }, ["stable-new", "canary", ...previous]);
    case "clearing":
      return of({ sharePct: 0, phase }, ["stable-new", ...previous]);
  }
}

function wantedRollingBack(status: Release["status"] & { kind: "rolling-back" }, of: Of): Wanted {
  const home: Traffic = { sharePct: 0, phase: 0 };
  const toPrevious: Traffic = { ...home, stableSlot: "previous" };
  switch (status.from) {
    case "canary":
      return of(home, status.step === "clearing" ? ["stable-old"] : ["stable-old", "canary"]);
    case "previous":
      if (status.step === "traffic") return of(toPrevious, ["stable-new", "previous"]);
      if (status.step === "restoring") return of(toPrevious, ["stable-old", "previous"]);
      return of(home, status.step === "returning" ? ["stable-old", "previous"] : ["stable-old"]);
    case "image":
      return of(home, ["stable-old"]);
    case "image-behind-canary":
      if (status.step === "restoring") return of({ sharePct: 100, phase: 0 }, ["stable-old", "canary"]);
      return of(home, status.step === "traffic" ? ["stable-old", "canary"] : ["stable-old"]);
  }
}

function trafficOf(plan: Plan, traffic: Traffic): Wanted["traffic"] {
  const audience = plan.phases[traffic.phase]?.audience ?? "everyone";
  return { sharePct: traffic.sharePct, audience, phase: traffic.phase, stableSlot: traffic.stableSlot ?? "stable" };
}

function slotsOf(release: Release, uses: readonly SlotUse[]): Wanted["slots"] {
  return Object.fromEntries(
    release.plan.services.map(({ name }) => {
      const versions = release.versions[name];
      if (!versions) throw new Error(`release ${release.id} has no version of ${name}`);
      const slots: Slots = {};
      for (const use of uses) {
        if (use === "stable-old") slots.stable = versions.stable;
        if (use === "stable-new") slots.stable = versions.canary;
        if (use === "canary") slots.canary = versions.canary;
        if (use === "previous") slots.previous = versions.stable;
      }
      return [name, slots];
    }),
  );
}
