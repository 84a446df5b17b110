import { z } from "zod";
import { decimal } from "../core/decimal.ts";
import { parseDuration } from "../core/duration.ts";
import { insteadOf } from "./near.ts";
import { quoted } from "./parsed.ts";
import type { Misread, Parsed } from "./parsed.ts";

/** What one word of a file is for, and what people write there; it becomes the JSON Schema's description and every problem's remedy. */
export interface About {
  readonly says: string;
  readonly example: string;
}

/** Why a value was refused: `missing` is shown at the map that lacks it. */
export interface WordIssue {
  readonly why: "missing" | "type" | "value";
  readonly remedy: string;
}

const inputs = new WeakMap<z.core.$ZodType, Record<string, unknown>>();

/** The JSON Schema of what people write for a word made here; `null` for any other schema. */
export function inputSchemaOf(schema: z.core.$ZodType): Record<string, unknown> | null {
  return inputs.get(schema) ?? null;
}

/** A text, trimmed and read by `parse`. Anything but a text is refused with the example. */
export function word<T>(about: About, input: Record<string, unknown>, parse: (text: string) => Parsed<T>): z.ZodType<T> {
  const schema = z.unknown().transform((raw, context): T => {
    const parsed = typeof raw === "string" ? parse(raw.trim()) : notText(raw, about, parse);
    if (parsed.ok) return parsed.value;
    const why = raw === undefined ? "missing" : typeof raw === "string" ? "value" : "type";
    context.addIssue({ code: "custom", message: parsed.message, params: { why, remedy: parsed.remedy } satisfies WordIssue });
    return z.NEVER;
  });
  inputs.set(schema, { type: "string", ...input, description: about.says, examples: [about.example] });
  return schema;
}

/** Any text of one line, at most 300 characters. */
export function text(about: About): z.ZodType<string> {
  return word(about, { minLength: 1, maxLength: 300 }, (value) => {
    if (value !== "" && value.length <= 300 && !value.includes("\n")) return { ok: true, value };
    return {
      ok: false,
      message: `${quoted(value)} is not one line of 1 to 300 characters.`,
      remedy: `Write a text such as "${about.example}".`,
    };
  });
}

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** A name: small letters, digits and hyphens, at most 63. */
export function name(about: About): z.ZodType<string> {
  return word(about, { pattern: namePattern.source }, parseName);
}

/** The same for names that stand as keys. */
export function parseName(value: string): Parsed<string> {
  if (namePattern.test(value)) return { ok: true, value };
  const tidy = value
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
  return {
    ok: false,
    message: `${quoted(value)} is not a name: names have small letters, digits and hyphens, at most 63.`,
    remedy: namePattern.test(tidy) ? `Write "${tidy}".` : 'Write a name such as "backend".',
  };
}

/** One of a few words. */
export function choice<T extends string>(about: About, values: readonly T[]): z.ZodType<T> {
  return word(about, { enum: values }, (value) => {
    const found = values.find((known) => known === value);
    if (found !== undefined) return { ok: true, value: found };
    return { ok: false, message: `${quoted(value)} is not known here.`, remedy: insteadOf(value, values, "Remove it.") };
  });
}

/** Milliseconds of "15m"; the number 0 may stand without a unit. `least` is the shortest that makes sense. */
export function duration(about: About, least: "0" | "positive"): z.ZodType<number> {
  const schema = word(about, { pattern: String.raw`^(0|(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?)$` }, (value) => {
    const ms = parseDuration(value.replaceAll(/\s/g, ""));
    if (ms !== null && (ms > 0 || least === "0")) return { ok: true, value: ms };
    const remedy =
      /^\d+$/.test(value) && Number(value) > 0
        ? `Write "${value}m" or "${value}s".`
        : `Write a number and a unit, such as "${about.example}".`;
    const message = ms === 0 ? `${quoted(value)} is no time at all.` : `${quoted(value)} is not a duration.`;
    return { ok: false, message, remedy };
  });
  return numbersAsText(schema, least === "0" ? "0 is fine" : "never 0");
}

/** Percent, 0-100, of "10%", within `from` (excluded, unless it is 0 and `orNone`) and `to`. */
export function percent(
  about: About,
  range: { readonly above: number; readonly to: number } | { readonly from: number; readonly to: number },
): z.ZodType<number> {
  const schema = word(about, { pattern: String.raw`^\d+(\.\d+)? ?%$` }, (value) => {
    const [, digits] = /^(\d{1,6}(?:\.\d{1,6})?) ?%$/.exec(value) ?? [];
    const pct = Number(digits ?? Number.NaN);
    const isLow = "above" in range ? pct <= range.above : pct < range.from;
    if (!Number.isNaN(pct) && !isLow && pct <= range.to) return { ok: true, value: pct };
    const least = "above" in range ? `more than ${decimal(range.above)}%` : `${decimal(range.from)}%`;
    if (digits !== undefined)
      return {
        ok: false,
        message: `${quoted(value)} is out of range.`,
        remedy: `Write ${least} to ${decimal(range.to)}%, such as "${about.example}".`,
      };
    const number = /^\d+(?:\.\d+)?$/.exec(value);
    return {
      ok: false,
      message: `${quoted(value)} is not a share.`,
      remedy: number ? `Write "${value}%".` : `Write a number and %, such as "${about.example}".`,
    };
  });
  return numbersAsText(schema, "from" in range && range.from === 0 ? "0 is fine" : "never 0");
}

/** "POST /api/login": a method and a path. */
export function request(about: About, methods: readonly string[]): z.ZodType<string> {
  return word(about, { pattern: `^(${methods.join("|")}) /\\S*$` }, (value) => {
    const [, method = "", path] = /^([A-Z]{1,10}) (\/\S{0,500})$/.exec(value) ?? [];
    if (path !== undefined && methods.includes(method)) return { ok: true, value };
    return {
      ok: false,
      message: `${quoted(value)} is not a request.`,
      remedy: `Write a method (${methods.join(", ")}) and a path, such as "${about.example}".`,
    };
  });
}

/** "3 of 5" as k and n. */
export function kOfN(about: About): z.ZodType<{ readonly k: number; readonly n: number }> {
  return word(about, { pattern: String.raw`^\d+ of \d+$` }, (value) => {
    const [, k = "0", n = "0"] = /^(\d{1,3}) of (\d{1,3})$/.exec(value) ?? [];
    if (Number(k) >= 1 && Number(k) <= Number(n)) return { ok: true, value: { k: Number(k), n: Number(n) } };
    return {
      ok: false,
      message: `${quoted(value)} does not say how many of how many readings.`,
      remedy: `Write it as "${about.example}".`,
    };
  });
}

/** A number within limits. */
export function number(
  about: About,
  range: { readonly above: number; readonly to: number; readonly whole: "whole" | "any" },
): z.ZodType<number> {
  const schema = z.unknown().transform((raw, context): number => {
    const isRight = typeof raw === "number" && raw > range.above && raw <= range.to && (range.whole === "any" || Number.isInteger(raw));
    if (isRight) return raw;
    const remedy = `Write ${range.whole === "whole" ? "a whole number" : "a number"} above ${range.above} and at most ${range.to}, such as ${about.example}.`;
    context.addIssue({
      code: "custom",
      message: `${shown(raw)} is not such a number.`,
      params: { why: raw === undefined ? "missing" : "value", remedy } satisfies WordIssue,
    });
    return z.NEVER;
  });
  inputs.set(schema, {
    type: range.whole === "whole" ? "integer" : "number",
    exclusiveMinimum: range.above,
    maximum: range.to,
    description: about.says,
    examples: [Number(about.example)],
  });
  return schema;
}

/** A number without its unit is read as a text, so that the unit's own sentence answers it. */
function numbersAsText<T>(schema: z.ZodType<T>, zero: "0 is fine" | "never 0"): z.ZodType<T> {
  const wider = z.unknown().transform((raw, context): T => {
    const result = schema.safeParse(typeof raw === "number" ? String(raw) : raw);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      if (issue.code === "custom")
        context.addIssue({ code: "custom", message: issue.message, ...(issue.params ? { params: issue.params } : {}) });
    }
    return z.NEVER;
  });
  const { type, pattern, ...about } = inputs.get(schema) ?? {};
  inputs.set(wider, zero === "0 is fine" ? { anyOf: [{ type, pattern }, { const: 0 }], ...about } : { type, pattern, ...about });
  return wider;
}

function notText<T>(raw: unknown, about: About, parse: (text: string) => Parsed<T>): Misread {
  if (raw === undefined) return { ok: false, message: "is missing.", remedy: `Write for example ${quoted(about.example)}.` };
  if (raw === null) {
    return {
      ok: false,
      message: "Nothing is written here.",
      remedy: `Write a text such as ${quoted(about.example)}; what begins with # must stand in quotes.`,
    };
  }
  const simple = typeof raw === "number" || typeof raw === "boolean" ? String(raw) : null;
  return {
    ok: false,
    message: `${shown(raw)} is not a text.`,
    remedy: simple !== null && parse(simple).ok ? `Put it in quotes: "${simple}".` : `Write a text such as ${quoted(about.example)}.`,
  };
}

/** A value for a message: its kind when it is a map or a list. */
export function shown(raw: unknown): string {
  if (Array.isArray(raw)) return "A list";
  if (typeof raw === "object" && raw !== null) return "A map";
  return typeof raw === "string" ? quoted(raw) : String(raw);
}
