import { console } from "./console.ts";
import { slack } from "./slack.ts";
import { webhook } from "./webhook.ts";

/** Every kind of notifier of this build. */
export const notifiers = [console, slack, webhook] as const;
