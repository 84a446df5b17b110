import { createContext, use } from "react";
import { useServerNow } from "../app/clock.ts";
import type { Reading } from "../app/clock.ts";

/** What the server's clock said last; ages and ends are counted by it, whatever this machine's says. */
export const ServerTime = createContext<Reading>({ serverMs: 0, localMs: 0 });

/** The server's time now, epoch ms, drawn anew every `ms`. */
export function useNow(ms: number): number {
  return useServerNow(use(ServerTime), ms);
}
