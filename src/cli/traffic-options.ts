import type { Command } from "commander";
import { UserError } from "../errors.ts";

/** Options that say how much traffic a plan is thought through with, as they were typed. */
export interface TrafficOptions {
  readonly loginsPerMinute?: string;
  readonly rps?: string;
}

/** How many people log in a minute, and how many requests come a second, on both versions together; `null` where nobody said. */
export interface GivenTraffic {
  readonly loginsPerMinute: number | null;
  readonly rps: number | null;
}

/** The command with `--logins-per-minute` and `--rps`. */
export function withTrafficOptions(command: Command): Command {
  return command
    .option("--logins-per-minute <number>", "people who log in a minute, on both versions together")
    .option("--rps <number>", "requests a second, on both versions together");
}

/** The traffic that was typed. Throws `input-invalid` for what is no number above 0. */
export function trafficOf(options: TrafficOptions): GivenTraffic {
  return {
    loginsPerMinute: numberOf(options.loginsPerMinute, "--logins-per-minute", "120"),
    rps: numberOf(options.rps, "--rps", "50"),
  };
}

/** Nobody has more; a larger number is a slip of the pen. */
const most = 1e9;

/** The number that was typed after `option`; `null` when nothing was. Throws `input-invalid` for what is no number above 0. */
export function numberOf(text: string | undefined, option: string, example: string): number | null {
  if (text === undefined) return null;
  const value = /^\d{1,12}(?:\.\d{1,6})?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value > 0 && value <= most) return value;
  throw new UserError("input-invalid", `${option} is a number above 0, not "${text}". Write ${option} ${example}.`);
}
