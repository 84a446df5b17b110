import { console } from "./console.ts";
import { email } from "./email.ts";
import { grafana } from "./grafana.ts";
import { sentry } from "./sentry.ts";
import { slack } from "./slack.ts";
import { webhook } from "./webhook.ts";

/** Every kind of notifier of this build. */
export const notifiers = [console, email, grafana, sentry, slack, webhook] as const;
