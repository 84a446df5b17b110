import type { Hono } from "hono";
import type { Inbox, World } from "../ports.ts";
import { UserError } from "../errors.ts";
import type { Env } from "./auth.ts";
import { createDesk } from "./desk.ts";
import type { DeskParts } from "./desk.ts";
import { DeniedAsks } from "./denied-asks.ts";
import { limitBody } from "./input.ts";
import { createTurns } from "./turns.ts";
import { details } from "./details.ts";

/** Who listens, and for whom. */
export interface InboxParts extends Omit<DeskParts, "turn" | "deniedAsks"> {
  readonly world: Pick<World, "notifier">;
  /** The notifiers that the server's file connects, by name. */
  readonly notifiers: Readonly<Record<string, { readonly kind: string }>>;
  /** The kinds of notifiers of this build. */
  readonly kinds: readonly { readonly kind: string }[];
}

/** Lets every notifier that hears people begin to hear. */
export function openInboxes(parts: InboxParts): readonly Inbox[] {
  const desks: DeskParts = { ...parts, turn: createTurns(), deniedAsks: new DeniedAsks(parts) };
  const known = Object.entries(parts.notifiers).filter(([, { kind }]) => parts.kinds.some((one) => one.kind === kind));
  return known.flatMap(([name]) => parts.world.notifier(name).listen?.(createDesk(desks, name)) ?? []);
}

/**
 * Serves the paths by which notifiers are called. Such calls have no token: each inbox says whether a call is its own. Throws `signature-wrong`
 * when it is nobody's, and `signature-used` when it came before.
 */
export function mountInboxes(app: Hono<Env>, inboxes: readonly Inbox[]): void {
  for (const path of new Set(inboxes.flatMap((inbox) => inbox.path ?? []))) {
    app.post(path, limitBody, async (context) => {
      const call = { headers: context.req.header(), body: new Uint8Array(await context.req.arrayBuffer()) };
      for (const inbox of inboxes) {
        const status = inbox.path === path ? inbox.receive(call) : null;
        if (status === 409) throw new UserError("signature-used", details.signatureUsed());
        if (status !== null) return context.body(null, status);
      }
      throw new UserError("signature-wrong", details.signatureWrong());
    });
  }
}
