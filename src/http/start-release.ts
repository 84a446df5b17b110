import { createHash, randomInt } from "node:crypto";
import type { Context } from "hono";
import { UserError } from "../errors.ts";
import type { Problem } from "../errors.ts";
import { digestOfPlan } from "../core/chain.ts";
import type { Phrase } from "../core/messages/phrases.ts";
import { sayMoment } from "../core/messages/times.ts";
import { parseMoment } from "../core/moment.ts";
import type { Plan } from "../core/plan.ts";
import { nextFit } from "../core/when.ts";
import { EnvironmentFrozen, ServiceBusy } from "../ports.ts";
import type { NewRelease } from "../ports.ts";
import { askRelease } from "./ask.ts";
import { callerOf, checkAccessIn, personIn } from "./auth.ts";
import type { Env } from "./auth.ts";
import { pathOf, routes, startReleaseBody } from "./contract.ts";
import type { StartReleaseAnswer, StartReleaseBody } from "./contract.ts";
import { readBody, readKey } from "./input.ts";
import { newsOf } from "./news.ts";
import { checkAdapters, checkVersions, readPlanOrRefuse } from "./plan-body.ts";
import type { AppParts } from "./parts.ts";
import { releaseOrRefuse } from "./releases.ts";
import { seenStable } from "./stable.ts";
import type { Caller } from "./tokens.ts";
import { details } from "./details.ts";

/** Begins a release: the plan is read and frozen, the versions are completed, and the engine is told once per idempotency key. */
export async function startRelease(context: Context<Env>, parts: AppParts): Promise<Response> {
  const caller = callerOf(context);
  const key = readKey(context);
  if (key === null) throw new UserError("key-missing", details.keyNeeded());
  const body = await readBody(context, startReleaseBody);
  const { plan, problems } = readPlanOrRefuse(parts, body.plan, body.at === undefined ? null : parseMoment(body.at));
  checkAccessIn(plan.environment, caller, routes.startRelease.access);
  if (body.override) checkMayOverride(plan.environment, caller);
  checkAdapters(parts, plan);
  const startedFor = body.startedFor === undefined ? null : await personNamed(parts, body.startedFor);
  const asked = await newRelease(parts, { plan, problems, body, by: caller.name, startedFor, key });
  const isRepeated = await isKnown(parts, asked);
  refusePast(parts, asked, isRepeated);
  refuseNothingNew(asked, isRepeated);
  const id = await beginOrRefuse(parts, asked, body.override ? "wait" : "refuse");
  await refuseReusedKey(parts, { id, isAt: body.at !== undefined }, asked);
  const isNew = id === asked.id;
  if (isNew) parts.log("info", "release-started", { release: id, by: caller.name, reason: body.reason });
  const { notBeforeMs = null } = asked;
  const starts = notBeforeMs === null ? null : { atMs: notBeforeMs, says: sayMoment(plan, notBeforeMs, plan.language) };
  const isOverridden = body.override === true && (await overrideStart(parts, { release: id, caller, reason: body.reason }));
  const answer: StartReleaseAnswer = { id, path: pathOf(routes.showRelease, { id }), problems, starts, isOverridden };
  return context.json(answer, isNew ? 201 : 200, { Location: answer.path });
}

interface Asked {
  readonly plan: Plan;
  readonly problems: readonly Problem[];
  readonly body: StartReleaseBody;
  readonly by: string;
  readonly startedFor: string | null;
  readonly key: string;
}

/** The person who is called so, or signs in so; where people sign in, also somebody whom nobody has seen yet. Throws `body-invalid`. */
async function personNamed({ access }: AppParts, given: string): Promise<string> {
  const { roster, login, machines } = access;
  const isMail = login?.settings.name === "email";
  const said = given.trim();
  const name = isMail ? said.toLowerCase() : said;
  const known = roster.known(said) ?? roster.whoSignsInAs(name, isMail) ?? roster.known(name);
  if (known !== null) return known.name;
  // What nearly is a name would stand in the journal as if it were, and count as nobody's.
  const like = roster.like(name);
  if (like !== null) throw notAPerson(details.notSpeltSo(like.name));
  if (name === "" || login === null) throw notAPerson(details.notHere(roster.everybody().map((one) => one.name)));
  if (await machines.isNamedLike(name)) throw notAPerson(details.notAMachine());
  return name;
}

function notAPerson(detail: Phrase): UserError {
  const pointer = "/startedFor";
  return new UserError("body-invalid", details.wrong(pointer, detail), { errors: [{ pointer, detail }] });
}

async function newRelease(parts: AppParts, { plan, problems, body, by, startedFor, key }: Asked): Promise<NewRelease> {
  checkVersions(plan, body.versions, "new");
  const stable = await stableVersions(parts, plan, body.stable ?? {});
  const services = plan.services.map((service) => service.name);
  const nowMs = parts.engine.nowMs();
  return {
    id: releaseId(plan.name, nowMs),
    plan,
    planHash: digestOfPlan(plan),
    environment: plan.environment,
    services,
    createdMs: nowMs,
    notBeforeMs: await startOf(parts, plan, body),
    startedBy: by,
    ...(startedFor === null || startedFor === by ? {} : { startedFor }),
    reason: body.reason,
    versions: Object.fromEntries(services.map((name) => [name, { canary: body.versions[name] ?? "", stable: stable[name] ?? "" }])),
    warnings: problems.map(({ line, code, message, remedy }) => ({ line, code, message, remedy })),
    startKey: createHash("sha256")
      .update(JSON.stringify([by, key]))
      .digest("base64url"),
  };
}

/** What was given, completed by what is seen running. Throws `stable-unknown` for a service of which neither is known. */
async function stableVersions(
  parts: AppParts,
  plan: Plan,
  given: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const names = plan.services.map((service) => service.name);
  if (names.every((name) => Object.hasOwn(given, name))) {
    checkVersions(plan, given, "stable");
    return given;
  }
  const seen = await seenStable(parts, plan);
  const all = { ...Object.fromEntries(Object.entries(seen).map(([name, stable]) => [name, stable.version])), ...given };
  const unknown = names.filter((name) => !Object.hasOwn(all, name));
  if (unknown.length > 0) throw new UserError("stable-unknown", details.stableUnknown(unknown));
  checkVersions(plan, all, "stable");
  return all;
}

/** As many releases back a repeated start is looked for. */
const looksBack = 200;

/** The moment that the release is scheduled for, epoch ms; `null`: as soon as it may. Throws `start-moment` when no window fits. */
async function startOf(parts: AppParts, plan: Plan, { at, nextWindow }: StartReleaseBody): Promise<number | null> {
  if (at !== undefined) return parseMoment(at)?.(plan.timeZone) ?? null;
  if (nextWindow === undefined) return null;
  const nowMs = parts.engine.nowMs();
  const freezes = await parts.store.freezes(nowMs);
  const fit = (extensions: boolean): number | null => nextFit(plan, nowMs, { extensions, freezes });
  // A window that leaves no room for extensions is better than none.
  const atMs = fit(true) ?? fit(false);
  if (atMs === null) throw new UserError("start-moment", details.noWindow());
  return atMs;
}

/** True for the answer to an earlier try that was lost: that release may be running, or promoted, by now. */
async function isKnown(parts: AppParts, asked: NewRelease): Promise<boolean> {
  const recent = await parts.store.list({ limit: looksBack, before: null });
  return recent.some(({ startKey }) => startKey === asked.startKey);
}

function refusePast(parts: AppParts, { plan, notBeforeMs = null, createdMs }: NewRelease, isRepeated: boolean): void {
  if (isRepeated || notBeforeMs === null || notBeforeMs >= createdMs) return;
  throw new UserError("start-moment", details.isPast(plan, notBeforeMs, parts.engine.nowMs()));
}

/** Where nothing is new there is nothing to release. */
function refuseNothingNew(asked: NewRelease, isRepeated: boolean): void {
  if (isRepeated || Object.values(asked.versions).some(({ canary, stable }) => canary !== stable)) return;
  throw new UserError("versions-invalid", details.nothingNew());
}

/** Throws `people-only` or `role-missing`: windows and freezes are let pass by a release manager in person. */
function checkMayOverride(environment: string, caller: Caller): void {
  if (caller.isMachine) throw new UserError("people-only", details.isMachine(caller.name));
  checkAccessIn(environment, caller, ["release-manager"]);
}

interface Overriding {
  readonly release: string;
  readonly caller: Caller;
  readonly reason: string;
}

/**
 * Asks as the caller that the start may pass what stands in its way, once the release has looked; the journal keeps the request. True when
 * something did and is let pass: where nothing is in the way there is nothing to ask for. The same call again asks the same once.
 */
async function overrideStart(parts: AppParts, { release, caller, reason }: Overriding): Promise<boolean> {
  const { plan, revision } = (await lookedAt(parts, release)).release;
  const by = personIn(caller, plan.environment);
  const request = { id: `start-override-${release}`, release, atMs: parts.engine.nowMs(), by, reason, as: null };
  const { answer } = await askRelease(parts, { ...request, kind: "override", expectRevision: revision });
  return answer?.kind === "accepted";
}

/** The release once it has taken its first look at what it waits for, or as it is when the server closes. */
async function lookedAt(parts: AppParts, id: string): Promise<Awaited<ReturnType<typeof releaseOrRefuse>>> {
  const news = newsOf(parts, id);
  try {
    for (;;) {
      const seen = await releaseOrRefuse(parts, id);
      if (seen.release.revision > 0 || parts.closing.aborted) return seen;
      await news.changed(parts.closing);
    }
  } finally {
    news.stop();
  }
}

async function beginOrRefuse(parts: AppParts, asked: NewRelease, inFreeze: "refuse" | "wait"): Promise<string> {
  try {
    return await parts.engine.release(asked, { inFreeze });
  } catch (error) {
    if (error instanceof EnvironmentFrozen)
      throw new UserError("environment-frozen", details.frozen(error, asked.plan), { freeze: error.freeze });
    if (error instanceof ServiceBusy)
      throw new UserError("service-busy", details.serviceBusy(error.message, error.services), { busy: error.services });
    throw error;
  }
}

/** A key that began something else before must not look like success. */
async function refuseReusedKey(
  parts: AppParts,
  { id, isAt }: { readonly id: string; readonly isAt: boolean },
  asked: NewRelease,
): Promise<void> {
  if (id === asked.id) return;
  const seen = await parts.engine.view(id);
  const isSame =
    seen?.release.planHash === asked.planHash &&
    (!isAt || seen.release.notBeforeMs === asked.notBeforeMs) &&
    asked.services.every((name) => seen.release.versions[name]?.canary === asked.versions[name]?.canary);
  if (!isSame) throw new UserError("key-reused", details.keyReused(id));
}

/** "ecomsimply-20250819-k7mq2": the plan's name, the day (UTC), and five characters without look-alikes. */
function releaseId(plan: string, nowMs: number): string {
  const letters = "23456789abcdefghjkmnpqrstvwxyz";
  const tail = Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("");
  const name =
    plan
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 40) || "release";
  return `${name}-${new Date(nowMs).toISOString().slice(0, 10).replaceAll("-", "")}-${tail}`;
}
