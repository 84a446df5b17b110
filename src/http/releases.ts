import type { Context } from "hono";
import type { z } from "zod";
import { UserError } from "../errors.ts";
import { buildReleaseView, storyPage } from "../core/view/build-release-view.ts";
import type { Glance } from "../core/view/build-release-view.ts";
import type { Language } from "../core/plan.ts";
import type { ReleaseView } from "../core/release-view.ts";
import { callerOf } from "./auth.ts";
import type { Env } from "./auth.ts";
import { journalQuery, languageQuery, listReleasesQuery, storyQuery, whyQuery } from "./contract.ts";
import type { JournalAnswer, ListReleasesAnswer, ShowReleaseAnswer, StoryAnswer, VerifyAnswer, WhyAnswer } from "./contract.ts";
import { readQuery } from "./input.ts";
import type { AppParts, ReleaseSeen, Verified } from "./parts.ts";
import { summaryOf } from "./summaries.ts";
import { details } from "./details.ts";

/** The release of this id. Throws `release-unknown`. */
export async function releaseOrRefuse(parts: Pick<AppParts, "engine">, id: string): Promise<ReleaseSeen> {
  const seen = await parts.engine.view(id);
  if (seen === null) throw new UserError("release-unknown", details.noRelease(id));
  return seen;
}

async function glanceOrRefuse(parts: Pick<AppParts, "engine">, id: string): Promise<Glance> {
  const glance = await parts.engine.glance(id);
  if (glance === null) throw new UserError("release-unknown", `No release is called ${id}.`);
  return glance;
}

/** A release as people look at it now; without a language in its plan's. */
export function viewOf(parts: AppParts, seen: ReleaseSeen, language?: Language): ReleaseView {
  return buildReleaseView(seen, parts.engine.nowMs(), language);
}

/** One page of releases, newest first. */
export async function listReleases(context: Context<Env>, parts: AppParts): Promise<Response> {
  return context.json(await pageOfReleases(parts, readQuery(context, listReleasesQuery)));
}

/** The releases behind `before` (absent: the newest ones); without a language each in its plan's. */
export async function pageOfReleases(parts: AppParts, query: z.infer<typeof listReleasesQuery>): Promise<ListReleasesAnswer> {
  const { limit, before, language } = query;
  const heads = await parts.store.list({ limit: limit + 1, before: before ?? null });
  const page = heads.slice(0, limit);
  const nowMs = parts.engine.nowMs();
  const releases = await Promise.all(page.map(async ({ id }) => summaryOf(await glanceOrRefuse(parts, id), nowMs, language)));
  return { releases, next: heads.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** One release as people look at it. */
export async function showRelease(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { language } = readQuery(context, languageQuery);
  const answer: ShowReleaseAnswer = viewOf(parts, await releaseOrRefuse(parts, idOf(context)), language);
  return context.json(answer, 200, { ETag: `"${answer.revision}"` });
}

/** One page of a release's journal, oldest first. */
export async function journal(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { after, limit } = readQuery(context, journalQuery);
  const { entries } = await releaseOrRefuse(parts, idOf(context));
  const page = entries.slice(after, after + limit);
  const answer: JournalAnswer = { entries: page, next: after + page.length < entries.length ? after + page.length : null };
  return context.json(answer);
}

/** One page of what happened, in sentences, newest first. */
export async function story(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { before, limit, language } = readQuery(context, storyQuery);
  const { release, entries } = await releaseOrRefuse(parts, idOf(context));
  const page = { before: before ?? entries.length + 1, limit };
  const told = storyPage({ release, entries }, page, language ?? release.plan.language);
  const last = told.at(-1)?.revision ?? 1;
  const answer: StoryAnswer = { story: told, next: last > 1 ? last : null };
  return context.json(answer);
}

/** Why the release stands where it stands: its sentences, and those of each check or of the one that is asked for. */
export async function why(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { check, language } = readQuery(context, whyQuery);
  const view = viewOf(parts, await releaseOrRefuse(parts, idOf(context)), language);
  const all = [...view.gates, ...view.guards].map(({ id, says, kind, sentence }) => ({ id, says, verdict: kind, sentence }));
  const checks = check === undefined ? all : all.filter(({ id, says }) => id === check || says === check);
  if (check !== undefined && checks.length === 0) {
    const known = all.map(({ id }) => `"${id}"`).join(", ");
    throw new UserError("query-invalid", details.noCheckNow(check, known), {
      errors: [{ pointer: "/check", detail: details.notACheckNow() }],
    });
  }
  const answer: WhyAnswer = { revision: view.revision, status: view.status.kind, sentence: view.sentence, next: view.next, checks };
  return context.json(answer);
}

/** Checks the chain of a stored release and replays its decisions. */
export async function verify(context: Context<Env>, parts: AppParts): Promise<Response> {
  const id = idOf(context);
  await releaseOrRefuse(parts, id);
  const answer = sayVerified(await parts.inTurn(callerOf(context).name, () => parts.engine.verify(id), context.req.raw.signal));
  if (!answer.ok) parts.log("error", "not-verified", { release: id, says: answer.says });
  return context.json(answer);
}

/** What a verification found, for people and programs. */
export function sayVerified(found: Verified): VerifyAnswer {
  if (!found.ok) {
    const { revision, atMs, why: reason } = found;
    const moment = atMs === null ? "" : ` (${new Date(atMs).toISOString()})`;
    return { ok: false, revision, says: `revision ${revision}${moment}: ${reason}` };
  }
  const { entries, rows, notices, hash } = found;
  const told = notices === null ? "" : `, each of ${notices} notices is known`;
  return {
    ok: true,
    revision: null,
    says: `${entries} entries over ${rows} rows; the chain is unbroken and replay reproduces every decision${told} (last link ${hash})`,
  };
}

function idOf(context: Context<Env>): string {
  return context.req.param("id") ?? "";
}
