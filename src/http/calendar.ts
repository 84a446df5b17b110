import type { Context } from "hono";
import { bandsOf, dateOf, daysOf, mondayOf } from "../core/calendar.ts";
import type { Day } from "../core/calendar.ts";
import { foresee } from "../core/foreseen.ts";
import { sayClosed, sayFreeze, sayMisfit } from "../core/messages/when.ts";
import type { Language, Plan } from "../core/plan.ts";
import { intersectionOf } from "../core/spans.ts";
import { fits, nextFit } from "../core/when.ts";
import { UserError } from "../errors.ts";
import type { Freeze, NewRelease } from "../ports.ts";
import type { Env } from "./auth.ts";
import { calendarQuery } from "./contract/calendar.ts";
import type { CalendarAnswer, CalendarBand, CalendarRelease, CalendarStart } from "./contract/calendar.ts";
import { readQuery } from "./input.ts";
import type { AppParts } from "./parts.ts";
import { releaseOrRefuse, viewOf } from "./releases.ts";
import { details } from "./details.ts";

/** Releases that are looked at: the newest ones. */
const looksBack = 200;

/** The days of a plan's calendar: its windows, holidays and freezes, the starts that fit, and the releases of its environment. */
export async function calendar(context: Context<Env>, parts: AppParts): Promise<Response> {
  const asked = readQuery(context, calendarQuery);
  const heads = await parts.store.list({ limit: looksBack, before: null });
  const nowMs = parts.engine.nowMs();
  const freezes = await parts.store.freezes(nowMs);
  const plan = planOf(heads, asked);
  const plans = [...new Map(heads.map((head) => [head.plan.name, head.plan] as const).toReversed()).values()].toReversed();
  const zoned = plan ?? { ...noWindows, language: asked.language ?? "en" };
  const days = daysOf(zoned, { from: asked.from ?? mondayOf(dateOf(zoned, nowMs)), count: asked.days });
  const named = plan === null ? null : { name: plan.name, title: plan.title };
  const answer: CalendarAnswer = {
    nowMs,
    timeZone: zoned.timeZone,
    plan: named,
    environment: plan?.environment ?? null,
    plans: plans.map(({ name, title }) => ({ name, title })),
    days,
    bands: plan === null ? [] : bandsWith(plan, days, freezes),
    starts: plan === null ? [] : startsOf(plan, days, { freezes, nowMs }),
    releases: plan === null ? [] : await releasesIn(parts, { plan, heads, days, freezes, nowMs, language: asked.language ?? null }),
    nextStartMs: plan === null ? null : nextFit(plan, nowMs, { extensions: true, freezes }),
  };
  return context.json(answer);
}

const noWindows = { timeZone: "UTC", windows: { prefer: [], avoid: [], avoidHolidays: [] } } as const;

/** The plan that was named, or the one that was released last, speaking the language that was asked for. Throws `query-invalid`. */
function planOf(
  heads: readonly NewRelease[],
  { plan: name, language }: { readonly plan?: string | undefined; readonly language?: Language | undefined },
): Plan | null {
  const plan = heads.find((head) => name === undefined || head.plan.name === name)?.plan ?? null;
  if (plan === null && name !== undefined) {
    throw new UserError("query-invalid", details.noPlan(name), {
      errors: [{ pointer: "/plan", detail: details.notAPlan() }],
    });
  }
  return plan === null ? null : { ...plan, language: language ?? plan.language };
}

function bandsWith(plan: Plan, days: readonly Day[], freezes: readonly Freeze[]): readonly CalendarBand[] {
  return bandsOf(
    plan,
    days,
    freezes.map((freeze) => ({ ...freeze, says: sayFreeze(freeze, plan.language) })),
  );
}

function startsOf(plan: Plan, days: readonly Day[], { freezes, nowMs }: Pick<Asked, "freezes" | "nowMs">): readonly CalendarStart[] {
  const span = { fromMs: Math.max(nowMs, days[0]?.fromMs ?? 0), toMs: days.at(-1)?.toMs ?? 0 };
  if (span.fromMs >= span.toMs) return [];
  const extended = fits(plan, span, { extensions: true, freezes });
  return fits(plan, span, { extensions: false, freezes }).map((start) => ({
    ...start,
    extendedLastMs: intersectionOf([start], extended).at(-1)?.lastMs ?? null,
  }));
}

interface Asked {
  readonly plan: Plan;
  readonly heads: readonly NewRelease[];
  readonly days: readonly Day[];
  readonly freezes: readonly Freeze[];
  readonly nowMs: number;
  readonly language: Language | null;
}

/** Those that lie in these days with any part of them; older ones than `looksBack` are not looked for. */
async function releasesIn(parts: AppParts, { plan, heads, days, ...asked }: Asked): Promise<readonly CalendarRelease[]> {
  const [fromMs, toMs] = [days[0]?.fromMs ?? 0, days.at(-1)?.toMs ?? 0];
  const near = heads.filter(({ environment, createdMs }) => environment === plan.environment && createdMs < toMs);
  const releases = await Promise.all(near.map(async ({ id }) => releaseOn(parts, id, asked)));
  return releases
    .filter((release) => release.fromMs < toMs && release.extendedToMs >= fromMs)
    .toSorted((one, other) => one.fromMs - other.fromMs);
}

async function releaseOn(parts: AppParts, id: string, asked: Pick<Asked, "freezes" | "nowMs" | "language">): Promise<CalendarRelease> {
  const seen = await releaseOrRefuse(parts, id);
  const { plan, status } = seen.release;
  const language = asked.language ?? plan.language;
  const { state, fromMs, toMs, extendedToMs, misfit, rest } = foresee(seen, asked.nowMs, asked.freezes);
  const startMs = state === "planned" ? fromMs : asked.nowMs;
  return {
    id,
    title: plan.title,
    status: status.kind,
    state,
    sentence: viewOf(parts, seen, language).sentence,
    fromMs,
    toMs,
    extendedToMs,
    outside:
      misfit === null
        ? null
        : {
            // One that runs has started: what is closed is what it runs on in.
            says:
              state === "running" && misfit.kind === "closed"
                ? sayClosed(misfit.answer, language)
                : sayMisfit(rest, { misfit, startMs }, language),
            nextFitMs: state === "planned" ? nextFit(plan, fromMs, { extensions: false, freezes: asked.freezes }) : null,
          },
  };
}
