import { console } from "./console.ts";
import { webhook } from "./webhook.ts";

/** Every kind of notifier of this build. */
export const notifiers = [console, webhook] as const;
