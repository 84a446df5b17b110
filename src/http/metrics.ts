import type { Context } from "hono";
import type { OwedNotice } from "../ports.ts";
import type { Env } from "./auth.ts";
import type { MetersSeen } from "./meters.ts";
import type { AppParts } from "./parts.ts";

/** Owed notices that are counted: more than these are "so many, or more". */
const mostOwed = 1_000;

/** The server's own numbers, for Prometheus. Whoever has a token may read them: a viewer's is enough. */
export async function metrics(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { engine, store, meters } = parts;
  const views = await Promise.all(engine.active().map(async (id) => engine.view(id)));
  const seen: MetersSeen = {
    releases: views.filter((view) => view !== null),
    nowMs: engine.nowMs(),
    isTroubled: engine.isTroubled(),
    freezes: await store.freezes(engine.nowMs()),
    outbox: await outboxOf(parts, await store.owed({ after: 0, limit: mostOwed })),
  };
  return context.body(await meters.page(seen), 200, { "content-type": meters.pageType });
}

async function outboxOf({ engine }: AppParts, owed: readonly OwedNotice[]): Promise<MetersSeen["outbox"]> {
  const notifiers = Map.groupBy(owed, ({ target }) => target.notifier);
  const outbox = [...notifiers].map(async ([notifier, notices]) => {
    const [oldest] = notices;
    const entries = oldest === undefined ? [] : ((await engine.view(oldest.release))?.entries ?? []);
    const oldestMs = entries[(oldest?.revision ?? 0) - 1]?.entry.atMs ?? null;
    return [notifier, { notices: notices.length, oldestMs }] as const;
  });
  return new Map(await Promise.all(outbox));
}
