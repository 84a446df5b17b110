import { createHash, randomUUID } from "node:crypto";
import type { Context } from "hono";
import { UserError } from "../errors.ts";
import type { Fact } from "../core/decision.ts";
import { capital } from "../core/messages/context.ts";
import { sayRefusal } from "../core/messages/refusals.ts";
import type { Language } from "../core/plan.ts";
import { denialOf, mayAsk } from "../core/roles.ts";
import type { Refusal, Request } from "../core/requests.ts";
import { callerOf, personIn } from "./auth.ts";
import type { Env } from "./auth.ts";
import { askBody, languageQuery } from "./contract.ts";
import type { AskAnswer } from "./contract.ts";
import { readBody, readKey, readQuery, readRevision } from "./input.ts";
import { newsOf } from "./news.ts";
import type { News } from "./news.ts";
import type { AppParts, ReleaseSeen } from "./parts.ts";
import { releaseOrRefuse, viewOf } from "./releases.ts";
import { details } from "./details.ts";

/** How long a call waits for the release's answer before it says 202, ms. */
const answerWithinMs = 5_000;

type Answer = Extract<Fact, { readonly kind: "accepted" | "refused" }>;

/** Stores a request, waits a little for the release's answer and reports it: 200 accepted, 202 not yet answered, a problem when refused. */
export async function ask(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { language } = readQuery(context, languageQuery);
  const request = await readRequest(context, parts);
  return respond(context, parts, { ...(await askRelease(parts, request)), request: request.id, language });
}

/** What a release needs to be asked and to answer. */
export type AskParts = Pick<AppParts, "engine" | "clock" | "closing" | "turn" | "deniedAsks">;

/**
 * Stores the request and waits a little for the release's answer; `null`: there is none yet. What its sender may not ask, and asked just now, is refused
 * here, and counted for the journal. Throws when it could not be stored.
 */
export async function askRelease(
  parts: AskParts,
  request: Request,
): Promise<{ readonly seen: ReleaseSeen; readonly answer: Answer | null }> {
  const before = await releaseOrRefuse(parts, request.release);
  const refusal = denialOf(request, before.release);
  // Sent again under its key it has its answer, whatever would be said to it by now.
  const known = refusal === null ? null : findAnswer(before, request.id);
  if (known !== null) return { seen: before, answer: known };
  if (refusal !== null && !parts.deniedAsks.isFirst(request, refusal)) {
    return { seen: before, answer: { kind: "refused", request: request.id, by: request.by.name, asked: request.kind, refusal } };
  }
  const news = newsOf(parts, request.release);
  try {
    await parts.engine.ask(request);
    return await answerTo(parts, { release: request.release, request: request.id, news });
  } finally {
    news.stop();
  }
}

async function readRequest(context: Context<Env>, parts: AppParts): Promise<Request> {
  const caller = callerOf(context);
  const expectRevision = readRevision(context);
  const key = readKey(context);
  const { kind, reason, as = null } = await readBody(context, askBody);
  const { release } = await releaseOrRefuse(parts, context.req.param("id") ?? "");
  checkRevision(kind, expectRevision, release.revision);
  const by = personIn(caller, release.plan.environment);
  const isDenied = denialOf({ kind, by, as }, release) !== null;
  if (kind === "report" || (!isDenied && !mayAsk(kind, release, by))) parts.idleAsks.count(caller.name);
  return {
    // The same key with another request in it is another request: it must not be answered by the first.
    id: key === null ? randomUUID() : digest([release.id, caller.name, key, kind, as ?? ""]),
    release: release.id,
    atMs: parts.engine.nowMs(),
    by,
    kind,
    expectRevision,
    reason,
    as,
  };
}

function checkRevision(kind: Request["kind"], expectRevision: number | null, actual: number): void {
  if (expectRevision === null) {
    throw new UserError("revision-missing", details.revisionMissing(kind));
  }
  if (expectRevision !== null && expectRevision > actual) {
    throw new UserError("revision-stale", details.revisionUnseen(actual, expectRevision), {
      revision: actual,
    });
  }
}

function digest(words: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(words)).digest("base64url");
}

interface Awaited {
  readonly release: string;
  readonly request: string;
  readonly news: News;
}

async function answerTo(parts: AskParts, awaited: Awaited): Promise<{ readonly seen: ReleaseSeen; readonly answer: Answer | null }> {
  const over = new AbortController();
  const patience = AbortSignal.any([over.signal, parts.closing]);
  const deadline = parts.clock.wait(answerWithinMs, patience).then(() => over.abort());
  try {
    for (;;) {
      const seen = await releaseOrRefuse(parts, awaited.release);
      const answer = findAnswer(seen, awaited.request);
      if (answer !== null || patience.aborted) return { seen, answer };
      await awaited.news.changed(patience);
      await parts.turn();
    }
  } finally {
    over.abort();
    await deadline;
  }
}

function findAnswer(seen: ReleaseSeen, request: string): Answer | null {
  for (const { entry } of seen.entries.toReversed()) {
    for (const fact of entry.decision.facts) {
      if ((fact.kind === "accepted" || fact.kind === "refused") && fact.request === request) return fact;
    }
  }
  return null;
}

interface Answered {
  readonly seen: ReleaseSeen;
  readonly answer: Answer | null;
  readonly request: string;
  /** Absent: the plan's. */
  readonly language: Language | undefined;
}

function respond(context: Context<Env>, parts: AppParts, { seen, answer, request, language }: Answered): Response {
  const { revision } = seen.release;
  if (answer?.kind === "refused") refuse(seen, answer.refusal, language);
  const { sentence } = viewOf(parts, seen, language);
  const said: AskAnswer = { request, answer: answer === null ? "waiting" : "accepted", revision, sentence };
  return context.json(said, answer === null ? 202 : 200, { ETag: `"${revision}"` });
}

function refuse(seen: ReleaseSeen, refusal: Refusal, language: Language = seen.release.plan.language): never {
  const more = { refusal, revision: seen.release.revision };
  const { plan } = seen.release;
  const sentence = `${capital(sayRefusal(refusal, { plan }, language))}.`;
  if (refusal.kind === "stale" || refusal.kind === "drifted") throw new UserError("revision-stale", sentence, more);
  if (refusal.kind === "role") throw new UserError("role-missing", sentence, { ...more, needs: refusal.needs });
  throw new UserError("request-refused", sentence, more);
}
