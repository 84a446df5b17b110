import { insteadOf } from "../config/near.ts";
import { quantitiesOf } from "../core/checks.ts";
import type { Plan } from "../core/plan.ts";
import type { Truth } from "../core/truths.ts";
import { UserError } from "../errors.ts";

/**
 * What was typed of metrics: "error-rate=0.2%", "conversion=1%/2%" (new version / stable), "pricetruth=down", "lighthouse-performance=88". A
 * latency is the part that is slower than its line, of one line "latency>2000ms=20%". Throws `input-invalid`.
 */
export function truthsOf(assumed: readonly string[], plan: Plan): Readonly<Record<string, Truth>> {
  const known = [...new Set([...Object.keys(plan.metrics), ...quantitiesOf(plan).map(({ quantity }) => quantity)])];
  return Object.fromEntries(
    assumed.map((text) => {
      const at = text.lastIndexOf("=");
      const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
      if (at < 1) throw new UserError("input-invalid", `--assume takes METRIC=VALUE, not "${text}". Write --assume error-rate=0.2%.`);
      if (!known.includes(name)) {
        throw new UserError(
          "input-invalid",
          `The plan has no metric "${name}" to assume anything of. ${insteadOf(name, known, "It has none.")}`,
        );
      }
      return [name, truthOf(value, text)] as const;
    }),
  );
}

function truthOf(value: string, text: string): Truth {
  const [canary = "", stable = canary, ...rest] = value.split("/");
  const truth = { canary: amountOf(canary), stable: amountOf(stable) };
  if (rest.length === 0 && Number.isFinite(truth.canary) && Number.isFinite(truth.stable)) return truth;
  throw new UserError(
    "input-invalid",
    `--assume ${text}: "${value}" is no value. Write a percentage (2.5%), a number (88), "none", "down", or two of them for the new version and stable (1%/2%).`,
  );
}

/** `NaN` for what is no amount. */
function amountOf(text: string): number {
  const tidy = text.trim();
  if (tidy === "none" || tidy === "up") return 0;
  if (tidy === "down") return 1;
  const [, digits, percent] = /^(\d{1,12}(?:[.,]\d{1,9})?) ?(%)?$/.exec(tidy) ?? [];
  if (digits === undefined) return Number.NaN;
  const amount = Number(digits.replace(",", "."));
  if (percent === undefined) return amount;
  return amount <= 100 ? Number(`${amount}e-2`) : Number.NaN;
}
