import type { Comparison, Condition } from "../../core/condition.ts";
import { sayCondition } from "../conditions.ts";
import { wrong } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { goodByWords, sideOf } from "./conditions.ts";
import type { Side } from "./conditions.ts";
import { usesOf } from "./rule.ts";
import type { Rule, Use } from "./rule.ts";

/** A condition with a line, and the way that it points. */
type Pointed = Extract<Condition, { readonly is: Comparison }>;
type PointedUse = Use & { readonly condition: Pointed };

/** A gate asks for the good side of its metric, and a guard sets off on the bad one: as the metric's own words say, or else the plan's gates. */
export const linesPointTheRightWay: Rule = (draft) => {
  const uses = usesOf(draft).filter(isPointed);
  return uses.flatMap((use): Finding[] => {
    const metric = draft.metrics.items.find((entry) => entry.name === use.metric)?.value;
    if (metric === undefined) return [];
    const good = goodByWords(metric);
    if (good !== null) return sideOf(use.by, use.condition) === good ? [] : [turned(use, good)];
    const gate = use.by === "guard" ? uses.find((other) => breachesWhenPassed(use, other)) : undefined;
    return gate === undefined ? [] : [alwaysSetOff(use, gate)];
  });
};

function isPointed(use: Use): use is PointedUse {
  return "is" in use.condition;
}

function turned(use: PointedUse, good: Side): Finding {
  const [more, other] = good === "lower" ? ["less", "higher"] : ["more", "lower"];
  const does = use.by === "guard" ? "sets off on the good side" : "asks for the bad side";
  return wrong(
    use.conditionAt,
    `The ${use.by} "${sayUse(use)}" ${does}: of "${use.metric}" ${more} is better.`,
    `Write "${sayTurned(use)}", or better: ${other} in the metric ${use.metric}.`,
  );
}

function alwaysSetOff(guard: PointedUse, gate: PointedUse): Finding {
  return wrong(
    guard.conditionAt,
    `The guard "${sayUse(guard)}" sets off whenever the gate "${sayUse(gate)}" holds.`,
    `Write "${sayTurned(guard)}".`,
  );
}

/** True for a gate that holds only where the guard is set off. */
function breachesWhenPassed(guard: PointedUse, gate: PointedUse): boolean {
  const [watched, asked] = [guard.condition, gate.condition];
  if (gate.by !== "gate" || gate.metric !== guard.metric || asked.kind !== watched.kind) return false;
  const isLess = asked.is.startsWith("<");
  if (isLess !== watched.is.startsWith("<")) return false;
  return isLess ? lineOf(asked) <= lineOf(watched) : lineOf(asked) >= lineOf(watched);
}

function lineOf(condition: Pointed): number {
  if (condition.kind === "quantile") return condition.ms;
  return condition.kind === "line" ? condition.value : condition.ratio;
}

function sayUse({ metric, condition }: PointedUse): string {
  return `${metric} ${sayCondition(condition)}`;
}

const turnedSigns: Readonly<Record<Comparison, Comparison>> = { "<": ">", "<=": ">", ">": "<", ">=": "<" };

/** What to write where the use stands: a gate's metric is the key beside it. */
function sayTurned({ by, metric, condition }: PointedUse): string {
  const says = sayCondition({ ...condition, is: turnedSigns[condition.is] });
  return by === "gate" ? says : `${metric} ${says}`;
}
