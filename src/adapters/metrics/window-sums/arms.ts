import type { ReadContext, Target } from "../../../ports.ts";
import { fillTarget } from "../../target-words.ts";

/** What selects each arm's series at a vendor, one text per service and version; those that both arms have are in neither. */
export type Selectors =
  | { readonly kind: "selectors"; readonly canary: readonly string[]; readonly stable: readonly string[] }
  /** Nothing of the service runs. */
  | { readonly kind: "none" }
  | { readonly kind: "problem"; readonly problem: string };

/** Fills `template` for every target of one service, or of all (`null`); each word of it as `shape` makes it. Pure. */
export function selectorsOf(
  { template, service, shape }: { readonly template: string; readonly service: string | null; readonly shape?: (value: string) => string },
  { targets, environment }: Pick<ReadContext, "targets" | "environment">,
): Selectors {
  const of = (arm: Target["arm"]): ReadonlySet<string> =>
    new Set(
      targets
        .filter((target) => target.arm === arm && (service === null || target.service === service))
        .map((target) => fillTarget(template, { ...target, environment }, shape)),
    );
  const [canary, stable] = [of("canary"), of("stable")];
  if (canary.size + stable.size === 0) return { kind: "none" };
  const without = (some: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] =>
    [...some].filter((one) => !others.has(one)).sort();
  const [canaryOnly, stableOnly] = [without(canary, stable), without(stable, canary)];
  if (canaryOnly.length + stableOnly.length > 0) return { kind: "selectors", canary: canaryOnly, stable: stableOnly };
  return { kind: "problem", problem: `both arms are selected by ${[...canary].join(" and ").slice(0, 120)}, which cannot tell them apart` };
}
