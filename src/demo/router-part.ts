import { startEdge } from "./edge-part.ts";
import type { EdgeKind } from "./edge-part.ts";
import { startHaproxyPart } from "./haproxy-part.ts";
import type { Household } from "./household.ts";
import { startNginxPart } from "./nginx-part.ts";
import type { Target } from "./targets.ts";

/** What people come in by, as processes of this machine. */
export interface RouterPart {
  /** The kind of its adapter. */
  readonly target: Target;
  readonly url: string;
  /** Where it is steered. */
  readonly control: string;
  /** An address on the way to it that answers while it is well. */
  readonly health: string;
  /** True when it counts as well, so that its connection is a source's too. */
  readonly isSource: boolean;
  /** Its connection in the server's file, when it is reached at this address. */
  connection(at: string): Readonly<Record<string, unknown>>;
  /** What it says of itself, asked on a way of the demo's own. */
  seen(): Promise<RouterSeen>;
}

export interface RouterSeen {
  /** `sayTargets` of what it forwards to. */
  readonly targets: string;
  /** Epoch ms of the last request that was forwarded to the canary; `null`: none was. */
  readonly lastCanaryMs: number | null;
  /** `none`: nobody has steered it yet. */
  readonly lease: "held" | "expired" | "none";
}

export interface RouterPlace {
  readonly dir: string;
  readonly household: Household;
  readonly edgeKind: EdgeKind;
}

/** Starts it. Throws `program-missing` when the machine does not have it. */
export function startRouter(target: Target, { dir, household, edgeKind }: RouterPlace): Promise<RouterPart> {
  switch (target) {
    case "edge":
      return startEdge(dir, household, edgeKind);
    case "nginx":
      return startNginxPart(dir, household);
    case "haproxy":
      return startHaproxyPart(dir, household);
  }
}
