import { PortError } from "../../../ports.ts";
import { rulesPrefix, stateKey } from "./rules.ts";
import { readServers } from "./servers.ts";
import type { Server } from "./servers.ts";
import { readState } from "./state.ts";
import type { HaproxyState } from "./state.ts";

/** What HAProxy knows of a release. */
export interface Known {
  /** `null`: nothing was said to it, or it has started without its map. */
  readonly state: HaproxyState | null;
  /** True when the map has an entry, readable or not. */
  readonly hasEntry: boolean;
  readonly servers: readonly Server[];
  /** The same as HAProxy said them, as its state file has them. */
  readonly serversText: string;
  /** By `TAG.ARM`: what was counted since the release began, or since HAProxy was started. */
  readonly rows: ReadonlyMap<string, Row>;
  /** The name of the rules that it has; `null`: none of serin's. */
  readonly rulesThere: string | null;
}

export interface Row {
  readonly people: number;
  readonly requests: number;
  /** Of the last request: the lowest 32 bits of its epoch ms. */
  readonly lastMsLow: number;
}

/**
 * Reads the answers to `show map`, `show servers state`, perhaps `show table`, and at last `show backend`, in one text. Throws when HAProxy refuses, has
 * no such map, or the answer is cut short or none of its own.
 */
export function readAnswer(text: string, map: string): Known {
  if (/^Permission denied/m.test(text)) throw new PortError("HAProxy's socket has not the level admin", { retry: "never" });
  if (/^Unknown map identifier/m.test(text)) {
    throw new PortError(`HAProxy has no map ${map}: it runs without the configuration of serin, or with another folder`, {
      retry: "never",
    });
  }
  const servers = readServers(text);
  const isWhole = servers.length > 0 && /^# name$/m.test(text) && text.endsWith("\n\n");
  if (!isWhole) throw new Error("HAProxy's answer is cut short, or of something else than HAProxy with serin's rules");
  const entry = new RegExp(`^0x[0-9a-f]+ ${stateKey} (\\S+)$`, "m").exec(text)?.[1];
  return {
    state: entry === undefined ? null : readState(entry),
    hasEntry: entry !== undefined,
    servers,
    serversText: `${/^1\n# be_id [\s\S]*?(?=\n\n)/m.exec(text)?.[0] ?? ""}\n`,
    rows: readRows(text),
    rulesThere: new RegExp(`^${rulesPrefix}\\S+$`, "m").exec(text)?.[0] ?? null,
  };
}

function readRows(text: string): ReadonlyMap<string, Row> {
  const rows = [...text.matchAll(/^0x[0-9a-f]+: key=([\w-]{11}\.(?:canary|stable)) (.*)$/gm)];
  return new Map(
    rows.map(([, key = "", rest = ""]) => {
      const cell = (name: string): number => Number(new RegExp(`\\b${name}=(\\d+)`).exec(rest)?.[1] ?? 0);
      return [key, { people: cell("gpc0"), requests: cell("http_req_cnt"), lastMsLow: cell("gpt0") }];
    }),
  );
}
