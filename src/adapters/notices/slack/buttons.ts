import { createHash } from "node:crypto";
import { z } from "zod";
import { roles } from "../../../core/plan.ts";
import type { ButtonState } from "../../../core/view/notice-buttons.ts";
import type { Notice, Pressed } from "../../../ports.ts";
import { plainLine } from "../../../core/plain-line.ts";

/**
 * Buttons below a message, each with a dialog that names what pressing it does.
 *
 * Source: https://docs.slack.dev/reference/block-kit/blocks/actions-block, …/block-elements/button-element, …/composition-objects/confirmation-dialog-object
 */
export interface ActionsBlock {
  readonly type: "actions";
  readonly block_id: string;
  readonly elements: readonly Button[];
}

interface Button {
  readonly type: "button";
  readonly action_id: string;
  readonly text: PlainText;
  readonly value: string;
  readonly style?: "primary" | "danger";
  readonly confirm: {
    readonly title: PlainText;
    readonly text: PlainText;
    readonly confirm: PlainText;
    readonly deny: PlainText;
    readonly style?: "danger";
  };
}

interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji: false;
}

/** Of an actions block, and of the texts of buttons and dialogs. Source: as above. */
const buttonsAtMost = 25;
const longest = { label: 75, question: 100, consequence: 300, answer: 30 };
const blockId = "serin";

const meaning = z.strictObject({
  release: z.string(),
  revision: z.number(),
  kind: z.enum(["approve", "acknowledge", "resume", "pause", "rollback"]),
  as: z.enum(roles as [(typeof roles)[number], ...typeof roles]).nullable(),
  language: z.enum(["fr", "en"]),
});

/** The buttons of a release's message; empty: there is nothing to press. */
export function buttonBlocks({ state, release }: Pick<Notice, "state" | "release">): readonly ActionsBlock[] {
  if (state.buttons.length === 0) return [];
  const { revision, language } = state;
  const elements = state.buttons.slice(0, buttonsAtMost).map((button) => {
    const { kind, as } = button;
    return drawn(button, JSON.stringify({ release, revision, kind, as, language } satisfies z.infer<typeof meaning>));
  });
  return [{ type: "actions", block_id: blockId, elements }];
}

function drawn(button: ButtonState, value: string): Button {
  const isStep = button.kind === "approve" || button.kind === "acknowledge";
  return {
    type: "button",
    action_id: `${button.kind}:${button.as ?? ""}`,
    text: text(button.label, longest.label),
    value,
    ...(button.isGrave ? { style: "danger" } : isStep ? { style: "primary" } : {}),
    confirm: {
      title: text(button.question, longest.question),
      text: text(button.consequence, longest.consequence),
      confirm: text(button.yes, longest.answer),
      deny: text(button.no, longest.answer),
      ...(button.isGrave ? { style: "danger" } : {}),
    },
  };
}

function text(said: string, atMost: number): PlainText {
  return { type: "plain_text", text: plainLine(said, atMost), emoji: false };
}

/** A press of one of our buttons: what it asks for, in which message, and where its answer goes; `responseUrl` is `null` where Slack gives none. */
export interface SlackPress {
  readonly pressed: Pressed;
  readonly channel: string;
  readonly ts: string;
  readonly responseUrl: string | null;
}

/** Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
const payload = z.looseObject({
  type: z.literal("block_actions"),
  user: z.looseObject({ id: z.string() }),
  container: z.looseObject({ type: z.literal("message"), message_ts: z.string(), channel_id: z.string() }),
  response_url: z.string().optional(),
  actions: z.array(z.looseObject({ block_id: z.string(), value: z.string().optional(), action_ts: z.string() })).min(1),
});

/** What a payload of Slack means; `null`: it is not a press of one of our buttons. */
export function pressOf(given: unknown): SlackPress | null {
  const parsed = payload.safeParse(given);
  const action = parsed.data?.actions[0];
  if (parsed.data === undefined || action?.block_id !== blockId) return null;
  const meant = meaning.safeParse(jsonOf(action.value ?? ""));
  if (!meant.success) return null;
  const { user, container, response_url: responseUrl = null } = parsed.data;
  const { channel_id: channel, message_ts: ts } = container;
  const id = createHash("sha256")
    .update(JSON.stringify([user.id, channel, ts, action.action_ts, action.value]))
    .digest("base64url");
  return { pressed: { ...meant.data, id, who: user.id }, channel, ts, responseUrl };
}

/** The payload of a call as Slack sends it, a form of one field; `null`: there is none. Source: https://docs.slack.dev/interactivity/handling-user-interaction */
export function payloadOf(body: Uint8Array): unknown {
  return jsonOf(new URLSearchParams(new TextDecoder().decode(body)).get("payload") ?? "");
}

function jsonOf(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return null; // No shape takes it.
  }
}
