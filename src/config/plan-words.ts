import type { z } from "zod";
import type { Condition } from "../core/condition.ts";
import type { Role } from "../core/plan.ts";
import { parseDuration } from "../core/duration.ts";
import { roles } from "../core/plan.ts";
import type { Reaction } from "../core/reactions.ts";
import { parseCondition, parseGuard } from "./conditions.ts";
import { nearest } from "./near.ts";
import { quoted } from "./parsed.ts";
import type { Parsed } from "./parsed.ts";
import { parseReaction } from "./reaction-words.ts";
import { list } from "./shape.ts";
import { choice, word } from "./words.ts";
import type { About } from "./words.ts";

/** A condition of the closed language. */
export function condition(about: About): z.ZodType<Condition> {
  return word(about, { maxLength: 200 }, (value) => {
    const parsed = parseCondition(value);
    return parsed.ok ? { ok: true, value: parsed.condition } : parsed;
  });
}

/** A metric and what must not hold of it. */
export function guardWords(about: About): z.ZodType<{ readonly metric: string; readonly condition: Condition }> {
  return word(about, { maxLength: 200 }, (value) => {
    const parsed = parseGuard(value);
    return parsed.ok ? { ok: true, value: { metric: parsed.metric, condition: parsed.condition } } : parsed;
  });
}

/** "rollback", "rollback within 5m", "investigate 10m, then rollback", "stop" or "halt". */
export function reaction(about: About): z.ZodType<Reaction> {
  return word(about, { pattern: String.raw`^(rollback( within \S+)?|investigate \S+, then rollback|stop|halt)$` }, parseReaction);
}

/** As `reaction`, or `hold`: said aloud what a gate without any does. */
export function gateReaction(about: About): z.ZodType<Reaction | { readonly kind: "hold" }> {
  const pattern = String.raw`^(hold|rollback( within \S+)?|investigate \S+, then rollback|stop|halt)$`;
  return word(about, { pattern }, (value): Parsed<Reaction | { readonly kind: "hold" }> => {
    if (value === "hold") return { ok: true, value: { kind: "hold" } };
    const parsed = parseReaction(value);
    return parsed.ok ? parsed : { ...parsed, remedy: parsed.remedy.replace('"stop" or "halt".', '"stop", "halt" or "hold".') };
  });
}

/** "1h45m", or a sum such as "1h45m + 60m", part by part in milliseconds. */
export function estimate(about: About): z.ZodType<readonly number[]> {
  const part = String.raw`(\d+d)?(\d+h)?(\d+m)?(\d+s)?`;
  return word(about, { pattern: String.raw`^${part}( ?\+ ?${part})*$`, maxLength: 100 }, (value) => {
    const parts = value.length > 100 ? [] : value.split("+").map((text) => parseDuration(text.trim()));
    const known = parts.flatMap((ms) => (ms === null || ms === 0 ? [] : [ms]));
    if (known.length > 0 && known.length === parts.length) return { ok: true, value: known };
    return {
      ok: false,
      message: `${quoted(value)} is neither a duration nor a sum of durations.`,
      remedy: `Write "${about.example}", or a sum such as "1h45m + 60m".`,
    };
  });
}

/** An address that a browser opens: http or https, without a password. */
export function webAddress(about: About): z.ZodType<string> {
  return word(about, { format: "uri", maxLength: 300 }, (value) => {
    const url = value.length <= 300 && URL.canParse(value) ? new URL(value) : null;
    if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return { ok: true, value: url.href };
    return {
      ok: false,
      message: `${quoted(value)} is not an address of the web.`,
      remedy: `Write an address such as "${about.example}", without a password.`,
    };
  });
}

/** An IANA time zone that this machine knows. */
export function timeZone(about: About): z.ZodType<string> {
  return word(about, {}, parseTimeZone);
}

/** A date YYYY-MM-DD that exists. */
export function date(about: About): z.ZodType<string> {
  return word(about, { format: "date" }, (value) => {
    const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
    const day = parts === null ? null : new Date(`${value}T00:00:00Z`);
    if (day !== null && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value)) return { ok: true, value };
    return {
      ok: false,
      message: `${quoted(value)} is no day of the calendar.`,
      remedy: `Write year, month and day, such as "${about.example}".`,
    };
  });
}

/** Roles that may speak in a release, in the order of `roles`, each once. */
export function speakers(about: { readonly says: string; readonly example: string }): z.ZodType<readonly Role[]> {
  const speaking = roles.filter((role) => role !== "viewer");
  const role = choice({ says: "A role that may say yes.", example: "release-manager" }, speaking);
  return list(about, role).transform((named) => speaking.filter((known) => named.includes(known)));
}

function parseTimeZone(value: string): Parsed<string> {
  if (/^[A-Z]/.test(value) && isTimeZone(value)) return { ok: true, value };
  const near = nearest(value, Intl.supportedValuesOf("timeZone"));
  return {
    ok: false,
    message: `${quoted(value)} is not an IANA time zone.`,
    remedy: near === null ? 'Write a name such as "Europe/Paris".' : `Write "${near}".`,
  };
}

function isTimeZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
