import { PortError } from "../../../ports.ts";

/**
 * What Slack calls an error, for people: what is wrong, and what ends it.
 *
 * Source: https://docs.slack.dev/reference/methods/chat.postMessage#errors and the same place of every other method
 */
const told: Readonly<Record<string, string>> = {
  invalid_auth: "The token is not one of this workspace. Copy the bot token (xoxb-…) from the app's page “OAuth & Permissions”.",
  not_authed: "No token arrived. Copy the bot token (xoxb-…) from the app's page “OAuth & Permissions”.",
  token_revoked: "The token was revoked. Install the app again and give serin the new bot token.",
  token_expired: "The token has expired. Give serin a bot token without rotation, or a new one.",
  account_inactive: "The bot's account or workspace was deactivated. Install the app again and give serin the new bot token.",
  no_permission: "The token may not do this. Give the app the scopes of docs/adapters/slack.md and install it again.",
  not_allowed_token_type: "This is no bot token. Copy the one that begins with xoxb-.",
  missing_scope: "The app lacks a scope. Add it on the app's page “OAuth & Permissions” and install the app again.",
  channel_not_found: "The bot sees no such channel. Create it, invite the bot there, or correct the plan.",
  not_in_channel: "The bot is not in the channel. Invite it there: /invite @NAME-OF-THE-BOT.",
  is_archived: "The channel is archived. Unarchive it, or name another in the plan.",
  restricted_action: "The workspace does not let the bot post there. Ask its administrators.",
  restricted_action_read_only_channel: "Only some may post in this channel. Ask its administrators.",
  restricted_action_thread_only_channel: "In this channel only answers may be posted. Name another in the plan.",
  restricted_action_non_threadable_channel: "This channel has no threads. Name another in the plan.",
  restricted_action_thread_locked: "The release's thread is locked. Unlock it.",
  team_access_not_granted: "The app has no access to this workspace. Ask its administrators.",
  org_login_required: "The organisation is being moved by Slack. It comes back by itself.",
  ekm_access_denied: "The organisation's administrators have suspended posting.",
  message_limit_exceeded: "The workspace's limit of messages is reached.",
  ratelimited: "Slack asks for time.",
  rate_limited: "Slack asks for time.",
};

/** What ends a trouble of the app-level token. */
export const appTokenRemedy = "Make an app-level token with the scope connections:write on the app's page “Basic Information” (xapp-…).";

/** A message that Slack does not take as it is: no try changes that. */
const ownMistakes = new Set([
  "msg_too_long",
  "msg_blocks_too_long",
  "invalid_blocks",
  "invalid_blocks_format",
  "no_text",
  "metadata_too_large",
  "invalid_metadata_format",
  "invalid_metadata_schema",
  "invalid_arguments",
  "invalid_arg_name",
  "invalid_json",
]);

/** Slack has answered that it did not do it. */
export class SlackRefusal extends PortError {
  /** Slack's own word for it. */
  readonly error: string;

  constructor(method: string, refused: { readonly error: string; readonly needed: string | null; readonly afterMs: number | null }) {
    const error = /^[a-z_]{1,80}$/.test(refused.error) ? refused.error : "an error that cannot be read";
    const needed = refused.needed !== null && /^[a-z:._,]{1,200}$/.test(refused.needed) ? ` It needs ${refused.needed}.` : "";
    super(`Slack ${method}: ${error}.${told[error] === undefined ? "" : ` ${told[error]}`}${needed}`, {
      retry: ownMistakes.has(error) ? "never" : "later",
      afterMs: refused.afterMs,
    });
    this.error = error;
  }
}

/** True when Slack has refused with one of these words. */
export function isRefusal(thrown: unknown, ...errors: readonly string[]): thrown is SlackRefusal {
  return thrown instanceof SlackRefusal && errors.includes(thrown.error);
}
