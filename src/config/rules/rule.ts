import type { Condition } from "../../core/condition.ts";
import type { Said } from "../../core/messages/doubts.ts";
import type { Language, Plan } from "../../core/plan.ts";
import type { ExpectedTraffic } from "../../core/power.ts";
import type { Catalogue } from "../catalogue.ts";
import type { Draft } from "../draft.ts";
import { doubtful } from "../finding.ts";
import type { Finding, Path } from "../finding.ts";

/** What a plan is held against, beside itself. */
export interface Asked {
  readonly catalogue: Catalogue;
  /** Of doubts. What is wrong with the text of a file is said in English, as its words are. */
  readonly language: Language;
  /** The moment at which the release is meant to start, epoch ms; `null`: nobody said. */
  readonly startsMs: number | null;
  readonly traffic: ExpectedTraffic;
}

/**
 * One thing that lint looks at. It sees a plan of which parts may be missing, because they could not be read: it speaks only of what is there.
 * Pure, and in the file's order is not needed. Its findings get the code that it stands under in `lint.ts`.
 */
export type Rule = (draft: Draft, asked: Asked) => readonly Finding[];

/** As `Rule`, of a plan without errors: everything is there. */
export type LateRule = (draft: Draft, asked: Asked & { readonly plan: Plan }) => readonly Finding[];

/** A warning about the value at `path`, in words that are said already. */
export function doubt(path: Path, { message, remedy }: Said): Finding {
  return doubtful(path, message, remedy);
}

/** A gate or guard that uses a metric: where its condition stands, and what is said of the metric. */
export interface Use {
  readonly by: "gate" | "guard";
  readonly metric: string;
  readonly condition: Condition;
  /** Where the metric's name stands, and where the condition does. */
  readonly at: Path;
  readonly on: "key" | "value";
  readonly conditionAt: Path;
  /** A gate's own fail line; `null`: none is written. */
  readonly fail: Condition | null;
}

/** Every use of a metric by a gate or guard that could be read. */
export function usesOf(draft: Draft): readonly Use[] {
  const gates = draft.phases.items.flatMap((phase) =>
    phase.value.gates.items.map(({ name, path, value }): Use => {
      const isLong = "pass" in value;
      const condition = isLong ? value.pass : value;
      const fail = isLong ? (value.fail ?? null) : null;
      return { by: "gate", metric: name, condition, at: path, on: "key", conditionAt: isLong ? [...path, "pass"] : path, fail };
    }),
  );
  const guards = draft.guards.items.map(({ path, value }): Use => {
    const at = [...path, "when"];
    return { by: "guard", metric: value.when.metric, condition: value.when.condition, at, on: "value", conditionAt: at, fail: null };
  });
  return [...gates, ...guards];
}

/** True for a condition that compares the canary with stable. */
export function isRelative(condition: Condition): boolean {
  return condition.kind === "of-stable" || condition.kind === "no-regression";
}
