import { decimal } from "../../core/decimal.ts";
import { sayDuration } from "../../core/duration.ts";
import { doubts } from "../../core/messages/doubts.ts";
import { abilityOf, meaningOfKind } from "../catalogue.ts";
import type { Catalogue, RouterAbility } from "../catalogue.ts";
import { sayGuard } from "../conditions.ts";
import type { Draft } from "../draft.ts";
import { wrong } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { doubt, isRelative, usesOf } from "./rule.ts";
import type { Rule } from "./rule.ts";

/** There is at least one service and one phase. */
export const somethingIsReleased: Rule = (draft) =>
  (["services", "phases"] as const)
    .filter((part) => draft[part].isWhole && draft[part].names.length === 0)
    .map((part) =>
      wrong([part], `There are no ${part}.`, part === "services" ? "Write at least one service." : "Write at least one phase of 100%."),
    );

/** Shares only grow, and the last one is everybody. */
export const sharesGrow: Rule = (draft) => {
  if (!draft.phases.isWhole) return [];
  const phases = draft.phases.items;
  const findings: Finding[] = phases.flatMap(({ path, value }, index) => {
    const before = phases[index - 1];
    if (before === undefined || value.share > before.value.share) return [];
    const message = `The share does not grow: ${decimal(value.share)}% after ${decimal(before.value.share)}%.`;
    return [wrong([...path, "share"], message, "Order the phases by share, each larger than the one before.")];
  });
  const last = phases.at(-1);
  if (last !== undefined && last.value.share !== 100) {
    findings.push(
      wrong(
        [...last.path, "share"],
        `The last phase is for ${decimal(last.value.share)}%, and promotion comes after it.`,
        "Add a last phase of 100%.",
      ),
    );
  }
  return findings;
};

/** A phase is longer than one reading. */
export const phasesAreObserved: Rule = (draft) => {
  const scrapeMs = draft.settings.scrape;
  if (scrapeMs === null) return [];
  return draft.phases.items
    .filter((phase) => phase.value.observe < scrapeMs)
    .map((phase) =>
      wrong(
        [...phase.path, "observe"],
        `${sayDuration(phase.value.observe)} is shorter than one scrape (${sayDuration(scrapeMs)}).`,
        `Write at least "${sayDuration(scrapeMs)}".`,
      ),
    );
};

/** Demonstrations that run fast read each 150 ms. */
const fastestScrapeMs = 100;

/**
 * Readings leave time for anything else. Source: the cost of one on a small machine, docs/adapters/edge.md, and the
 * synced write that each is.
 */
export const scrapesLeaveTime: Rule = (draft) => {
  const scrapeMs = draft.settings.scrape;
  if (scrapeMs === null || scrapeMs >= fastestScrapeMs) return [];
  return [
    wrong(
      ["scrape"],
      `A reading each ${sayDuration(scrapeMs)} is more than sources and store can bear: each costs a few milliseconds of a processor and is written to the disk.`,
      `Write at least "${sayDuration(fastestScrapeMs)}"; "15s" is usual.`,
    ),
  ];
};

/** Names of services and phases, and the words of guards, stand once. */
export const namesStandOnce: Rule = (draft) => {
  const twice = (
    what: string,
    entries: readonly { readonly path: readonly (string | number)[]; readonly name: string }[],
    key: string,
  ): Finding[] =>
    entries.flatMap(({ path, name }, index) =>
      entries.findIndex((other) => other.name === name) === index
        ? []
        : [
            wrong(
              [...path, key],
              `A ${what} "${name}" stands above already.`,
              what === "guard" ? "Keep one of the two." : "Give each its own name.",
            ),
          ],
    );
  const guards = draft.guards.items.map(({ path, value }) => ({ path, name: sayGuard(value.when) }));
  return [
    ...twice("service", draft.services.items, "name"),
    ...twice("phase", draft.phases.items, "name"),
    ...twice("guard", guards, "when"),
  ];
};

/** Written weights leave something for the guards without one, and no more than all is given away. */
export const weightsAddUp: Rule = (draft) => {
  if (!draft.guards.isWhole) return [];
  const written = draft.guards.items.filter((guard) => guard.value.weight !== undefined);
  const sumPct = written.reduce((sum, guard) => sum + (guard.value.weight ?? 0), 0);
  const last = written.at(-1);
  if (last === undefined) return [];
  const others = draft.guards.items.length - written.length;
  const at = [...last.path, "weight"];
  if (sumPct > 100.000001)
    return [wrong(at, `The weights add up to ${decimal(Number(sumPct.toFixed(6)))}%.`, "Write weights that add up to at most 100%.")];
  if (others > 0 && sumPct >= 80) {
    const message = `The weights add up to ${decimal(Number(sumPct.toFixed(6)))}%, and ${others} other guard${others === 1 ? " shares" : "s share"} what is left of 80%.`;
    return [wrong(at, message, "Write smaller weights, or one for every guard.")];
  }
  return [];
};

/** The router can do what the plan asks of it. */
export const routerIsAble: Rule = (draft, { catalogue }) => {
  const router = routerOf(draft, catalogue);
  if (router === null) return [];
  const { capabilities, kind } = router;
  const findings: Finding[] = [];
  for (const { path, value } of draft.phases.items) {
    if (!capabilities.audiences.includes(value.audience)) {
      findings.push(
        wrong(
          [...path, "audience"],
          `The router ${kind} cannot draw ${value.audience}.`,
          `Write "${capabilities.audiences.join('" or "')}", or use another router.`,
        ),
      );
    }
    const steps = value.share / capabilities.stepPct;
    if (Math.abs(steps - Math.round(steps)) > 1e-6) {
      findings.push(
        wrong(
          [...path, "share"],
          `The router ${kind} has steps of ${decimal(capabilities.stepPct)}%.`,
          `Write "${decimal(Number((Math.max(1, Math.round(steps)) * capabilities.stepPct).toFixed(6)))}%".`,
        ),
      );
    }
  }
  if (capabilities.attempts === false && (draft.settings.smoke ?? []).length > 0) {
    findings.push(
      wrong(
        ["smoke"],
        `The router ${kind} cannot send requests to a mix of versions.`,
        "Leave smoke out, or name a program for attempts in its connection.",
      ),
    );
  }
  return findings;
};

/** A router that forgets nobody when the server dies. */
export const routerHasALease: Rule = (draft, { catalogue, language }) => {
  const router = routerOf(draft, catalogue);
  return router === null || router.capabilities.lease ? [] : [doubt(["traffic", "kind"], doubts[language].noLease(router.kind))];
};

/** A router that keeps people on their version. */
export const routerIsSticky: Rule = (draft, { catalogue, language }) => {
  const router = routerOf(draft, catalogue);
  return router === null || router.capabilities.sticky ? [] : [doubt(["traffic", "kind"], doubts[language].notSticky(router.kind))];
};

interface PlannedRouter {
  readonly kind: string;
  readonly capabilities: RouterAbility;
}

function routerOf(draft: Draft, catalogue: Catalogue): PlannedRouter | null {
  const meaning = draft.traffic === null ? null : meaningOfKind(catalogue, "routers", draft.traffic.kind);
  return meaning?.kind === "known" ? { kind: meaning.definition.kind, capabilities: abilityOf(catalogue, meaning.definition) } : null;
}

/** Who logs in is known only when the login is. */
export const loginIsNamed: Rule = (draft) => {
  if (draft.traffic === null || draft.traffic.login !== undefined) return [];
  return draft.phases.items
    .filter((phase) => phase.value.audience === "new-logins")
    .map((phase) =>
      wrong(
        [...phase.path, "audience"],
        "Nobody can be drawn from new-logins: the plan does not say what a login is.",
        'Write traffic: { login: "POST /api/login" }.',
      ),
    );
};

/** At 100 % nothing is left to compare with: a gate that compares there could never pass. */
export const gatesHaveSomethingToCompare: Rule = (draft) => {
  const last = draft.phases.items.at(-1);
  if (!endsAtEverybody(draft)) return [];
  return usesOf(draft)
    .filter((use) => use.by === "gate" && isRelative(use.condition) && use.at[1] === last?.path[1])
    .map((use) =>
      wrong(
        use.conditionAt,
        "In the last phase nobody is left on stable to compare with.",
        'Compare in an earlier phase, or write holdback: "1%".',
      ),
    );
};

/** At 100 % nothing is left to compare with: a guard that compares ends there. */
export const guardsKeepComparing: Rule = (draft, { language }) =>
  endsAtEverybody(draft)
    ? usesOf(draft)
        .filter((use) => use.by === "guard" && isRelative(use.condition))
        .map((use) => doubt(use.conditionAt, doubts[language].comparisonEnds()))
    : [];

function endsAtEverybody(draft: Draft): boolean {
  return draft.settings.holdback === 0 && draft.phases.isWhole && draft.phases.items.at(-1)?.value.share === 100;
}

/** Saving the previous version's capacity has a price. */
export const previousIsKept: Rule = (draft, { language }) =>
  draft.settings.keepPrevious === 0 ? [doubt(["keepPrevious"], doubts[language].previousNotKept())] : [];
