import { UserError } from "../errors.ts";
import { details } from "./details.ts";

/** Does `work` once what `who` asked for before is done. Whose call has broken off by then (`gone`) needs it no more: throws `body-malformed`. */
export type EachInTurn = <T>(who: string, work: () => Promise<T>, gone: AbortSignal) => Promise<T>;

/** A queue for each caller: what takes a whole stored release in hand is done once at a time for one of them, however many calls they send at once. */
export function createEachInTurn(): EachInTurn {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(who: string, work: () => Promise<T>, gone: AbortSignal) => {
    const before = last.get(who) ?? Promise.resolve();
    const begin = async (): Promise<T> => {
      if (gone.aborted) throw new UserError("body-malformed", details.brokeOff());
      return work();
    };
    const done = before.then(begin, begin);
    last.set(who, done);
    try {
      return await done;
    } finally {
      if (last.get(who) === done) last.delete(who);
    }
  };
}
