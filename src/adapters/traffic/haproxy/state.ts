import type { Audience } from "../../../core/plan.ts";
import { tagOfRelease } from "./rules.ts";
import { proofOfArms } from "./proof.ts";

/** What the controller said last: the one entry of `serin.map`, changed by one command. */
export interface HaproxyState {
  /** Buckets below are canary: 0-10000. */
  readonly line: number;
  /** Epoch ms from which on everybody is on stable. */
  readonly untilMs: number;
  readonly audience: Audience;
  /** Stands for the release in cookies. */
  readonly tag: string;
  /** True when a canary has an address, so that pages depend on the arm. */
  readonly hasCanary: boolean;
  readonly revision: number;
  readonly stableSlot: "stable" | "previous";
  readonly release: string;
}

const shape =
  /^(\d{1,5})\/(\d{1,15})\/(everyone|new-logins)\/([\w-]{11})\/([01])\/[0-9A-F]{32}\/[0-9A-F]{32}\/(\d{1,15})\/(stable|previous)\/([^/\s;]{1,600})$/;

/** The entry; its fields are read by number in `configuration.ts`. It has neither blanks nor semicolons, as the runtime API asks. */
export function sayState(state: Omit<HaproxyState, "tag">, token: string): string {
  const tag = tagOfRelease(state.release);
  return [
    state.line,
    Math.round(state.untilMs),
    state.audience,
    tag,
    state.hasCanary ? 1 : 0,
    proofOfArms({ token, tag, arms: "canary" }),
    proofOfArms({ token, tag, arms: "stable" }),
    state.revision,
    state.stableSlot,
    encodeURIComponent(state.release),
  ].join("/");
}

/** Reads the entry; `null` when it is none of ours. */
export function readState(text: string): HaproxyState | null {
  const parts = shape.exec(text);
  if (parts === null) return null;
  const [, line, until, audience, tag = "", canary, revision, slot, release = ""] = parts;
  return {
    line: Number(line),
    untilMs: Number(until),
    audience: audience === "everyone" ? "everyone" : "new-logins",
    tag,
    hasCanary: canary === "1",
    revision: Number(revision),
    stableSlot: slot === "previous" ? "previous" : "stable",
    release: decodeURIComponent(release),
  };
}
