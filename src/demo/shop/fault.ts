import { chanceOf } from "../chance.ts";

/** Which of the shop's processes. */
export type ShopService = "frontend" | "backend";

/** The forms of the page that lead on: without its form nobody reaches the goal. */
export type ShopForm = "trial" | "order";

/** One thing that a version of the shop does wrong on purpose. Ratios are 0-1. */
export type Fault =
  /** This share of the answers of `service` is a 500. */
  | (Onset & { readonly kind: "errors"; readonly service: ShopService; readonly ratio: number })
  /** This share of the answers of `service` comes `delayMs` late. */
  | (Onset & { readonly kind: "slow"; readonly service: ShopService; readonly ratio: number; readonly delayMs: number })
  /** The page shows `form` only to this share of the people. */
  | (Onset & { readonly kind: "missing-form"; readonly form: ShopForm; readonly keeps: number })
  /** This share of the answers of `service` is right, but a fatal error is counted behind it. */
  | (Onset & { readonly kind: "fatal"; readonly service: ShopService; readonly ratio: number })
  /** The process of `service` dies after so many answers, and again after each restart. */
  | (Onset & { readonly kind: "crash"; readonly service: ShopService; readonly afterAnswers: number });

/** A fault begins when the release has reached the phase of this index; 0 = from the first answer on. */
interface Onset {
  readonly fromPhase: number;
}

/** What the faults of a version do to one request. */
export type Mishap =
  | { readonly kind: "none" }
  | { readonly kind: "error" }
  | { readonly kind: "late"; readonly delayMs: number }
  | { readonly kind: "fatal" }
  | { readonly kind: "death" };

/** Decides for every request of one process what goes wrong; the same requests in the same order go wrong in the same way. */
export interface Mischief {
  /** `phase` is the phase that the request came in, 0 when it does not say. */
  next(phase: number): Mishap;
  /** False when a fault hides `form` from the person of this session; the same answer for one session every time. */
  shows(form: ShopForm, session: string, phase: number): boolean;
}

/** The mischief of `service` under `faults`; with no faults nothing ever goes wrong. */
export function mischiefOf(faults: readonly Fault[], service: ShopService): Mischief {
  const chance = chanceOf(`mischief ${service}`);
  let answers = 0;
  return {
    next(phase) {
      answers += 1;
      const active = faults.filter((fault) => phase >= fault.fromPhase);
      for (const fault of active) {
        const mishap = mishapOf(fault, service, answers, chance);
        if (mishap.kind !== "none") return mishap;
      }
      return { kind: "none" };
    },
    shows(form, session, phase) {
      return faults.every(
        (fault) =>
          fault.kind !== "missing-form" || fault.form !== form || phase < fault.fromPhase || chanceOf(`${form} ${session}`)() < fault.keeps,
      );
    },
  };
}

function mishapOf(fault: Fault, service: ShopService, answers: number, chance: () => number): Mishap {
  if (fault.kind === "missing-form" || fault.service !== service) return { kind: "none" };
  switch (fault.kind) {
    case "errors":
      return chance() < fault.ratio ? { kind: "error" } : { kind: "none" };
    case "slow":
      return chance() < fault.ratio ? { kind: "late", delayMs: fault.delayMs } : { kind: "none" };
    case "fatal":
      return chance() < fault.ratio ? { kind: "fatal" } : { kind: "none" };
    case "crash":
      return answers > fault.afterAnswers ? { kind: "death" } : { kind: "none" };
  }
}
