import type { Tone } from "../release-view.ts";
import type { Status } from "../status.ts";

/** How a status is shown: see `Tone`. */
export function toneOf(status: Status): Tone {
  switch (status.kind) {
    case "waiting":
      return "waiting";
    case "preparing":
    case "shifting":
    case "observing":
    case "promoting":
      return "calm";
    case "holding":
      if (status.why.kind === "countdown" || status.why.kind === "investigation") return "danger";
      return status.why.kind === "sign-off" || status.why.kind === "window" ? "waiting" : "holding";
    case "promoted":
      return "good";
    case "rolling-back":
      return "danger";
    case "rolled-back":
    case "stopped":
    case "halted":
      return "over";
  }
}
