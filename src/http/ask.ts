import { createHash, randomUUID } from "node:crypto";
import type { Context } from "hono";
import { UserError } from "../errors.ts";
import type { Fact } from "../core/decision.ts";
import { capital } from "../core/messages/context.ts";
import { sayRefusal } from "../core/messages/refusals.ts";
import type { Refusal } from "../core/requests.ts";
import { callerOf, personIn } from "./auth.ts";
import type { Env } from "./auth.ts";
import { askBody, kindsThatNeedRevision } from "./contract.ts";
import type { AskAnswer } from "./contract.ts";
import { readBody, readKey, readRevision } from "./input.ts";
import { newsOf } from "./news.ts";
import type { News } from "./news.ts";
import type { AppParts, ReleaseSeen } from "./parts.ts";
import { releaseOrRefuse, viewOf } from "./releases.ts";

/** How long a call waits for the release's answer before it says 202, ms. */
const answerWithinMs = 5_000;

type Answer = Extract<Fact, { readonly kind: "accepted" | "refused" }>;

/** Stores a request, waits a little for the release's answer and reports it: 200 accepted, 202 not yet answered, a problem when refused. */
export async function ask(context: Context<Env>, parts: AppParts): Promise<Response> {
  const caller = callerOf(context);
  const release = context.req.param("id") ?? "";
  const expectRevision = readRevision(context);
  const key = readKey(context);
  const body = await readBody(context, askBody);
  const before = await releaseOrRefuse(parts, release);
  if (expectRevision === null && kindsThatNeedRevision.includes(body.kind)) {
    throw new UserError("revision-missing", `To ${body.kind} needs the revision that you saw.`);
  }
  const id =
    key === null
      ? randomUUID()
      : createHash("sha256")
          .update(JSON.stringify([release, caller.name, key]))
          .digest("base64url");
  const news = newsOf(parts, release);
  try {
    await parts.engine.ask({
      id,
      release,
      atMs: parts.engine.nowMs(),
      by: personIn(caller, before.release.plan.environment),
      kind: body.kind,
      expectRevision,
      reason: body.reason,
      as: body.as ?? null,
    });
    const { seen, answer } = await answerTo(parts, { release, request: id, news });
    return respond(context, { seen, answer, request: id });
  } finally {
    news.stop();
  }
}

interface Awaited {
  readonly release: string;
  readonly request: string;
  readonly news: News;
}

async function answerTo(parts: AppParts, awaited: Awaited): Promise<{ readonly seen: ReleaseSeen; readonly answer: Answer | null }> {
  const over = new AbortController();
  const patience = AbortSignal.any([over.signal, parts.closing]);
  const deadline = parts.clock.wait(answerWithinMs, patience).then(() => over.abort());
  try {
    for (;;) {
      const seen = await releaseOrRefuse(parts, awaited.release);
      const answer = findAnswer(seen, awaited.request);
      if (answer !== null || patience.aborted) return { seen, answer };
      await awaited.news.changed(patience);
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
}

function respond(context: Context<Env>, { seen, answer, request }: Answered): Response {
  const { revision } = seen.release;
  if (answer?.kind === "refused") refuse(seen, answer.refusal);
  const { sentence } = viewOf(seen);
  const said: AskAnswer = { request, answer: answer === null ? "waiting" : "accepted", revision, sentence };
  return context.json(said, answer === null ? 202 : 200, { ETag: `"${revision}"` });
}

function refuse(seen: ReleaseSeen, refusal: Refusal): never {
  const more = { refusal, revision: seen.release.revision };
  const { plan } = seen.release;
  const sentence = `${capital(sayRefusal(refusal, { plan }, plan.language))}.`;
  if (refusal.kind === "stale") throw new UserError("revision-stale", sentence, more);
  if (refusal.kind === "role") throw new UserError("role-missing", sentence, { ...more, needs: refusal.needs });
  throw new UserError("request-refused", sentence, more);
}
