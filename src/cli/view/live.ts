import { createLogUpdate } from "log-update";
import type { ReleaseView } from "../../http/release-view.ts";
import { drawNarrow, narrowBelow } from "./draw-narrow.ts";
import { drawRelease } from "./draw-release.ts";
import { sayNews } from "./say-news.ts";
import type { Language } from "../../core/plan.ts";

/** Where a live view is drawn: a terminal, or anything that lines are written to. */
export type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** A view that follows one release. */
export interface LiveView {
  /** Shows the newest state: redrawn in place on a terminal, otherwise the new sentences as plain lines. */
  show(view: ReleaseView): void;
  /** Leaves the last state standing; nothing is shown after it. */
  done(): void;
}

/** Colours are used on a terminal unless `NO_COLOR` is set to anything but nothing. Source: https://no-color.org */
export function mayColor(screen: Screen, env: Readonly<Record<string, string | undefined>>): boolean {
  return screen.isTTY === true && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

/** Begins a live view on `screen`. `language` is that of the labels; without it they follow the view. */
export function createLiveView(
  screen: Screen,
  env: Readonly<Record<string, string | undefined>>,
  language: Language | null = null,
): LiveView {
  return screen.isTTY === true && env["TERM"] !== "dumb" ? drawInPlace(screen, mayColor(screen, env), language) : writeLines(screen);
}

function drawInPlace(screen: Screen, color: boolean, language: Language | null): LiveView {
  const update = createLogUpdate(screen);
  return {
    show: (view) => {
      if ((screen.columns ?? narrowBelow) < narrowBelow) return update(drawNarrow(view).join("\n"));
      const size = { columns: (screen.columns ?? 80) - 1, rows: (screen.rows ?? 50) - 1 };
      update(drawRelease(view, { ...size, color, language: language ?? view.language }).join("\n"));
    },
    done: () => update.done(),
  };
}

function writeLines(screen: Screen): LiveView {
  let previous: ReleaseView | null = null;
  return {
    show: (view) => {
      for (const line of sayNews(previous, view)) screen.write(`${line}\n`);
      previous = view;
    },
    done: () => undefined,
  };
}
