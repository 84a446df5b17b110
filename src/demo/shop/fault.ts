import { chanceOf } from "../chance.ts";
import type { Chance } from "../chance.ts";
import { isWithin } from "../weather.ts";
import type { Span, Weather } from "../weather.ts";

/** Which of the shop's processes. */
export type ShopService = "frontend" | "backend";

/** The forms of the page that lead on: without its form nobody reaches the goal. */
export type ShopForm = "trial" | "order";

/** One thing that a version of the shop does wrong on purpose, while its span lasts. Ratios are 0-1. */
export type Fault = Span &
  /** This share of the answers of `service` is a 500. */
  (
    | { readonly kind: "errors"; readonly service: ShopService; readonly ratio: number }
    /** This share of the answers of `service` comes `delayMs` late. */
    | { readonly kind: "slow"; readonly service: ShopService; readonly ratio: number; readonly delayMs: number }
    /** The page shows `form` only to this share of the people. */
    | { readonly kind: "missing-form"; readonly form: ShopForm; readonly keeps: number }
    /** One answer of `service`, after so many, is right, but a fatal error is counted behind it. */
    | { readonly kind: "fatal"; readonly service: ShopService; readonly afterAnswers: number }
    /** The process of `service` dies as soon as it starts. */
    | { readonly kind: "dies-at-start"; readonly service: ShopService }
    /** The process of `service` keeps so much more memory every second, up to a most. */
    | { readonly kind: "leak"; readonly service: ShopService; readonly mebibytesPerSecond: number; readonly mostMebibytes: number }
    /** The process of `service` uses this share of the processor time that it was given (`cpuLimit`). */
    | { readonly kind: "burn"; readonly service: ShopService; readonly ofLimit: number }
    /** This share of the prices is not what PriceTruth's sources say. */
    | { readonly kind: "wrong-prices"; readonly ratio: number }
    /** The dashboard has lost its labels, its texts for pictures and its contrast. */
    | { readonly kind: "unlabelled" }
    /** The page throws before it shows anything. */
    | { readonly kind: "blank-page" }
    /** The page needs a call that only the backend of its own version answers. */
    | { readonly kind: "new-call" }
  );

/** What the faults of a version do to one request. */
export type Mishap =
  | { readonly kind: "none" }
  | { readonly kind: "error"; readonly name: "errors" | "incident" }
  | { readonly kind: "late"; readonly delayMs: number }
  | { readonly kind: "fatal" };

/** Decides for every request of one process what goes wrong; the same requests in the same order go wrong in the same way. */
export interface Mischief {
  next(weather: Weather): Mishap;
  /** False when a fault hides `form` from the person of this session; the same answer for one session every time. */
  shows(form: ShopForm, session: string, weather: Weather): boolean;
  /** True when this price is to be wrong. */
  mispriced(weather: Weather): boolean;
  /** The faults of this process of one kind whose span lasts now. */
  active<Kind extends Fault["kind"]>(kind: Kind, weather: Weather): readonly (Fault & { readonly kind: Kind })[];
}

/** The mischief of `service` under `faults`; with no faults nothing ever goes wrong but what the weather brings. */
export function mischiefOf(faults: readonly Fault[], service: ShopService): Mischief {
  const chance = chanceOf(`mischief ${service}`);
  const own = faults.filter((fault) => !("service" in fault) || fault.service === service);
  let answers = 0;
  const hasFailed = new Set<Fault>();
  function mishapOf(fault: Fault): Mishap {
    switch (fault.kind) {
      case "errors":
        return chance() < fault.ratio ? { kind: "error", name: "errors" } : { kind: "none" };
      case "slow":
        return chance() < fault.ratio ? { kind: "late", delayMs: fault.delayMs } : { kind: "none" };
      case "fatal":
        if (answers <= fault.afterAnswers || hasFailed.has(fault)) return { kind: "none" };
        hasFailed.add(fault);
        return { kind: "fatal" };
      default:
        return { kind: "none" };
    }
  }
  const active: Mischief["active"] = (kind, weather) =>
    own.filter((fault): fault is Fault & { readonly kind: typeof kind } => fault.kind === kind && isWithin(fault, weather));
  return {
    next(weather) {
      answers += 1;
      if (weather.incident > 0 && chance() < weather.incident) return { kind: "error", name: "incident" };
      for (const fault of own.filter((one) => isWithin(one, weather))) {
        const mishap = mishapOf(fault);
        if (mishap.kind !== "none") return mishap;
      }
      return { kind: "none" };
    },
    shows: (form, session, weather) =>
      active("missing-form", weather).every((fault) => fault.form !== form || staysWith(form, session) < fault.keeps),
    mispriced: (weather) => active("wrong-prices", weather).some(({ ratio }) => chance() < ratio),
    active,
  };
}

/** A number that a person keeps for a form, 0-1. */
function staysWith(form: ShopForm, session: string): ReturnType<Chance> {
  return chanceOf(`${form} ${session}`)();
}
