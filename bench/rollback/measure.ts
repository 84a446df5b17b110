import { changeShares } from "../edge/measures.ts";
import type { ShareChanges, Steered } from "../edge/measures.ts";
import type { Shop } from "./shop.ts";

/** A kind of router as `npm run bench -- rollback` starts it. */
export interface RollbackRouter {
  readonly name: string;
  /** Programs, or files by their absolute paths, without which it cannot be measured. */
  readonly needs: readonly string[];
  /** True when a change breaks off requests, which is a figure then, and no failure of the bench. Absent: none may fail. */
  readonly mayBreakOff?: boolean;
  /** What the reader of the figures has to know: which part of them is not the router's, or not serin's. */
  readonly note?: string;
  /** Starts its server in front of the shop. */
  start(shop: Shop): Promise<MeasuredRouter>;
}

/** A router in front of the shop, steered in two ways. */
export interface MeasuredRouter {
  readonly urls: readonly string[];
  /** As the controller does, by the adapter. */
  readonly share: Steered["share"];
  /** The server's own command and nothing else: what the way back costs without serin. */
  readonly bare: { readonly says: string; readonly share: Steered["share"] };
  close(): Promise<void>;
}

export interface RollbackFigures {
  /** By serin. */
  readonly serin: readonly ShareChanges[];
  /** By the bare command, which is called so. */
  readonly bare: readonly ShareChanges[];
  readonly bareSays: string;
}

/** How often: `rounds` of so many changes by serin and as many by the bare command, in turns, so that a noisy neighbour meets both alike. */
export interface RollbackRounds {
  readonly rounds: number;
  readonly changes: number;
  readonly gapMs: number;
  readonly connections: number;
}

/** Moves the share between 50 % and 0 % while people are served. */
export async function measureRollback(router: RollbackRouter, shop: Shop, how: RollbackRounds): Promise<RollbackFigures> {
  const measured = await router.start(shop);
  const { urls } = measured;
  try {
    const serin: ShareChanges[] = [];
    const bare: ShareChanges[] = [];
    for (let round = 0; round < how.rounds; round += 1) {
      serin.push(await changeShares({ urls, share: measured.share }, shop.load, how));
      // The bare command knows only a state that serin has said.
      bare.push(await changeShares({ urls, share: measured.bare.share }, shop.load, how));
    }
    return { serin, bare, bareSays: measured.bare.says };
  } finally {
    await measured.close();
  }
}
