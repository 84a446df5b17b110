import type { Context } from "hono";
import type { z } from "zod";
import { readinessWords } from "../core/messages/readiness.ts";
import type { Language } from "../core/plan.ts";
import type { ExpectedTraffic } from "../core/power.ts";
import { peopleItems } from "../core/readiness/people-part.ts";
import { powerItems } from "../core/readiness/power-part.ts";
import type { Reckoned } from "../core/readiness/power-part.ts";
import { doubtful, fine, goOrNoGo, readinessPart } from "../core/readiness/readiness.ts";
import type { ReadinessItem } from "../core/readiness/readiness.ts";
import { windowItems } from "../core/readiness/window-part.ts";
import { trafficOf } from "../core/view/build-release-view.ts";
import type { Env } from "./auth.ts";
import { readinessQuery } from "./contract/insight.ts";
import type { ReadinessAnswer } from "./contract/insight.ts";
import { readQuery } from "./input.ts";
import type { AppParts, ReleaseSeen } from "./parts.ts";
import { releaseOrRefuse } from "./releases.ts";

/** Everything that a Go or a No-Go of this release rests on, looked at now; changes nothing. */
export async function readiness(context: Context<Env>, parts: AppParts): Promise<Response> {
  const query = readQuery(context, readinessQuery);
  const seen = await releaseOrRefuse(parts, context.req.param("id") ?? "");
  const { release } = seen;
  const { plan } = release;
  const language = query.language ?? plan.language;
  const nowMs = parts.engine.nowMs();
  const [world, freezes, reckoned] = await Promise.all([
    worldItems(parts, seen, language),
    parts.store.freezes(nowMs),
    reckonedTraffic(parts, seen, query),
  ]);
  const looked = [
    readinessPart("plan", planItems(seen, language), language),
    readinessPart("world", world, language),
    readinessPart("window", windowItems(release, { nowMs, freezes }, language), language),
    readinessPart("people", peopleItems(release, parts.access.roster.everybody(), language), language),
    readinessPart("power", await inTurns(parts, powerItems(plan, reckoned, parts.sourceOf, language)), language),
  ];
  const answer: ReadinessAnswer = { revision: release.revision, nowMs, ...goOrNoGo(looked, language), parts: looked };
  return context.json(answer, 200, { ETag: `"${release.revision}"` });
}

/** Items that take a while each: whatever else there is to do goes on between them. */
async function inTurns(parts: AppParts, items: Iterable<ReadinessItem>): Promise<readonly ReadinessItem[]> {
  const made: ReadinessItem[] = [];
  for (const item of items) {
    made.push(item);
    await parts.turn();
  }
  return made;
}

/** What was doubtful in the plan when the release was begun, in the language of that plan. */
function planItems({ release, head }: ReleaseSeen, language: Language): readonly ReadinessItem[] {
  const words = readinessWords[language];
  const warnings = head.warnings ?? [];
  if (warnings.length === 0) return [fine(release.plan.title, words.planIsFine)];
  return warnings.map(({ line, message, remedy }) => doubtful(words.place(line), message, remedy));
}

/** What `serin doctor` finds, less what other parts say of this release. */
async function worldItems(parts: AppParts, seen: ReleaseSeen, language: Language): Promise<readonly ReadinessItem[]> {
  const say = await examinedNow(parts, seen);
  const colon = language === "fr" ? "\u202f: " : ": ";
  return say(language)
    .filter(({ code }) => code !== "part.plan" && code !== "part.calendar")
    .flatMap(({ part, checks }) =>
      checks.map(({ what, verdict, says, remedy }) => ({ what: `${part}${colon}${what}`, verdict, says, remedy })),
    );
}

/** What was found, in whichever language. */
type Look = ReturnType<AppParts["examine"]>;

/** A look that has ended is good for so long, ms. */
const goodForMs = 2_000;
/** Looks that are under way or still good, by release: everybody may ask, and databases and routers are not to suffer from it. */
const looksOf = new WeakMap<AppParts, Map<string, Look>>();

function examinedNow(parts: AppParts, { release, head }: ReleaseSeen): Look {
  const looks = looksOf.get(parts) ?? new Map<string, Look>();
  looksOf.set(parts, looks);
  const known = looks.get(release.id);
  if (known !== undefined) return known;
  const versions = Object.fromEntries(Object.entries(release.versions).map(([name, { canary }]) => [name, canary]));
  const asked = { plan: release.plan, versions, startsMs: parts.clock.nowMs(), doubts: head.warnings?.length ?? 0, active: null };
  const look = parts.examine(asked, parts.closing);
  looks.set(release.id, look);
  const forget = (): void => void looks.delete(release.id);
  look.then(async () => parts.clock.wait(goodForMs, parts.closing).then(forget), forget);
  return look;
}

/** Releases of the same plan are looked for so far back. */
const looksBack = 50;
/** Less time than this says nothing of how much comes, ms. */
const leastMs = 5 * 60_000;

/** The traffic that is given, else what was seen in this release, else in the last one of the same plan. */
async function reckonedTraffic(parts: AppParts, seen: ReleaseSeen, given: z.infer<typeof readinessQuery>): Promise<Reckoned> {
  const { loginsPerMinute = null, rps = null } = given;
  if (loginsPerMinute !== null || rps !== null) return { traffic: { loginsPerMinute, rps }, seenIn: null };
  const own = trafficSeen(seen);
  if (own !== null) return { traffic: own, seenIn: seen.release.id };
  const before = await parts.store.list({ limit: looksBack, before: seen.release.id });
  for (const { id } of before.filter(({ plan }) => plan.name === seen.release.plan.name).slice(0, 3)) {
    const earlier = await parts.engine.view(id);
    const traffic = earlier && trafficSeen(earlier);
    if (traffic) return { traffic, seenIn: id };
  }
  return { traffic: { loginsPerMinute: null, rps: null }, seenIn: null };
}

/** What came while the phases were observed; `null` when that was not long enough, or nobody counted. */
function trafficSeen(seen: ReleaseSeen): ExpectedTraffic | null {
  const observedMs = seen.book.observedMs.reduce((sum, ms) => sum + ms, 0);
  const { people, requests } = trafficOf(seen);
  if (observedMs < leastMs || (people === null && requests === null)) return null;
  const both = (counts: typeof people): number | null => counts && counts.canary + counts.stable;
  const [logins, sent] = [both(people), both(requests)];
  return {
    loginsPerMinute: logins === null || logins === 0 ? null : (logins * 60_000) / observedMs,
    rps: sent === null || sent === 0 ? null : (sent * 1_000) / observedMs,
  };
}
