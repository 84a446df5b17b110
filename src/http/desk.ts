import { createHash } from "node:crypto";
import { buttonWords } from "../core/messages/buttons.ts";
import { capital } from "../core/messages/context.ts";
import { sayRefusal } from "../core/messages/refusals.ts";
import { sayStatus } from "../core/messages/statuses.ts";
import { linkTo } from "../core/notices.ts";
import { noticeState } from "../core/view/notice-state.ts";
import type { Desk, PressAnswer, Pressed } from "../ports.ts";
import { askRelease } from "./ask.ts";
import type { AskParts } from "./ask.ts";
import { personIn } from "./auth.ts";
import type { AppParts, ReleaseSeen } from "./parts.ts";
import type { Caller } from "./tokens.ts";

/** Somebody of the server's file, with the id by which a notifier's system knows them; `null`: it does not. */
export interface ReachablePerson extends Caller {
  readonly slack: string | null;
}

/** What a desk is made of. */
export interface DeskParts extends AskParts, Pick<AppParts, "log"> {
  readonly people: readonly ReachablePerson[];
  /** Where people reach the server; `null`: nobody said. */
  readonly publicUrl: string | null;
}

/**
 * Asks releases for those who press buttons in messages of `notifier`: as everybody does, with their roles in the release's environment. Who is
 * not in the server's file asks nothing.
 */
export function createDesk(parts: DeskParts, notifier: string): Desk {
  return {
    async press(pressed) {
      const { answers } = buttonWords[pressed.language];
      try {
        return await press(parts, pressed, notifier);
      } catch (error) {
        const because = error instanceof Error ? error.message : String(error);
        parts.log("error", "press-failed", { notifier, release: pressed.release, because });
        return { says: parts.closing.aborted ? answers.closing : answers.failed, now: null };
      }
    },
    trouble: (says) => parts.log("warning", "notifier-deaf", { notifier, says }),
    recovery: (says) => parts.log("info", "notifier-hears", { notifier, says }),
  };
}

async function press(parts: DeskParts, pressed: Pressed, notifier: string): Promise<PressAnswer> {
  const { answers, reason } = buttonWords[pressed.language];
  if (parts.closing.aborted) return { says: answers.closing, now: null };
  const person = parts.people.find(({ slack }) => slack === pressed.who);
  if (person === undefined) {
    parts.log("warning", "denied", { code: "person-unknown", notifier, who: pressed.who, release: pressed.release, kind: pressed.kind });
    return { says: answers.unknownPerson(pressed.who), now: null };
  }
  const before = await parts.engine.view(pressed.release);
  if (before === null) return { says: answers.unknownRelease, now: null };
  const { seen, answer } = await askRelease(parts, {
    id: createHash("sha256")
      .update(JSON.stringify([notifier, pressed.release, pressed.id]))
      .digest("base64url"),
    release: pressed.release,
    atMs: parts.engine.nowMs(),
    by: personIn(person, before.release.plan.environment),
    kind: pressed.kind,
    expectRevision: pressed.revision,
    reason,
    as: pressed.as,
  });
  const { plan, status } = seen.release;
  const context = { plan, nowMs: parts.engine.nowMs() };
  const says =
    answer === null
      ? answers.stored
      : answer.kind === "refused"
        ? answers.refused(sayRefusal(answer.refusal, context, pressed.language))
        : answers.done(capital(sayStatus(status, context, pressed.language)));
  return { says, now: standpoint(seen, parts.publicUrl) };
}

function standpoint({ head, release, entries }: ReleaseSeen, publicUrl: string | null): PressAnswer["now"] {
  const state = noticeState({ head, entries: entries.map(({ entry }) => entry) }, release.revision);
  return { release: release.id, state, link: linkTo(release.id, publicUrl) };
}
