import type { Entry } from "../decision.ts";
import { namePhase } from "../messages/context.ts";
import { reportWords } from "../messages/report.ts";
import type { Language } from "../plan.ts";
import type { Status } from "../status.ts";
import type { Seen } from "../view/build-release-view.ts";
import type { StageReport } from "./release-report.ts";

interface Stage {
  readonly kind: StageReport["kind"];
  /** Index of a phase; `null` of other stages. */
  readonly phase: number | null;
  readonly fromMs: number;
  /** `null`: it goes on, or until the next one. */
  readonly untilMs: number | null;
}

/** What its life is told from. */
interface StagesOf {
  readonly seen: Pick<Seen, "release" | "book">;
  readonly nowMs: number;
  readonly language: Language;
}

/** The parts of a release's life one after the other, with what the plan asks for each. */
export function stagesOf({ seen, nowMs, language }: StagesOf, entries: readonly Entry[]): readonly StageReport[] {
  const { release, book } = seen;
  const { plan } = release;
  return stagesIn(release.createdMs, entries).map(({ kind, phase, fromMs, untilMs }) => {
    const asked = phase === null ? undefined : plan.phases[phase];
    return {
      name: reportWords[language].stage(kind, phase === null ? "" : namePhase(plan, phase, language)),
      kind,
      fromMs,
      untilMs,
      tookMs: (untilMs ?? nowMs) - fromMs,
      plannedMs: asked?.observeMs ?? null,
      plannedAtMostMs:
        kind === "preparing" ? plan.readyWithinMs : asked === undefined || asked.extendMs === 0 ? null : asked.observeMs + asked.extendMs,
      observedMs: phase === null ? null : (book.observedMs[phase] ?? 0),
    };
  });
}

function stagesIn(createdMs: number, entries: readonly Entry[]): readonly Stage[] {
  let stages: readonly Stage[] = [{ kind: "waiting", phase: null, fromMs: createdMs, untilMs: null }];
  for (const { atMs, decision } of entries) {
    const next = stageOf(decision.status);
    const last = stages.at(-1);
    if (last === undefined || (next?.kind === last.kind && next.phase === last.phase)) continue;
    const before = [...stages.slice(0, -1), { ...last, untilMs: last.untilMs ?? atMs }];
    stages = next === null ? before : [...before, { ...next, fromMs: atMs, untilMs: null }];
  }
  return stages;
}

function stageOf(status: Status): Pick<Stage, "kind" | "phase"> | null {
  switch (status.kind) {
    case "waiting":
    case "preparing":
    case "promoting":
    case "rolling-back":
      return { kind: status.kind, phase: null };
    case "shifting":
    case "observing":
    case "holding":
      return { kind: "phase", phase: status.phase };
    case "promoted":
    case "rolled-back":
    case "stopped":
    case "halted":
      return null;
  }
}
