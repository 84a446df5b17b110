import { expect, test } from "vitest";
import { buildReleaseView } from "../src/core/view/build-release-view.ts";
import { drawRelease } from "../src/cli/view/draw-release.ts";
import { PortError } from "../src/ports.ts";
import type { Notice, Notifier, World } from "../src/ports.ts";
import type { Place } from "./engine-place.ts";
import { head, minuteMs, place } from "./engine-place.ts";

/** A world whose notifiers do what `send` does. */
const telling =
  (send: Notifier["send"]) =>
  (world: World): World => ({ ...world, notifier: () => ({ send }) });

async function screen({ engine, clock }: Place, id: string): Promise<string> {
  const view = await engine.view(id);
  if (view === null) throw new Error("there is such a release");
  return drawRelease(buildReleaseView(view, clock.nowMs()), { columns: 140, color: false, language: "en" }).join("\n");
}

test("a notifier that never answers delays no tick: the release takes as long as with one that does", async () => {
  const promotedAfter = async (send: Notifier["send"]): Promise<number> => {
    const at = await place({ world: telling(send) });
    await at.engine.release(head("a"));
    for (let minutes = 0; minutes < 60; minutes += 1) {
      await at.pass(minuteMs);
      if ((await at.statusOf("a")).startsWith("promoted")) return minutes;
    }
    return expect.unreachable("it was promoted");
  };
  const usual = await promotedAfter(async () => undefined);
  const hanging = await promotedAfter(() => new Promise(() => undefined));
  expect(hanging).toBe(usual);
});

test("a receiver that cannot be told is shown at once, and no more when it can", async () => {
  let isDead = true;
  const at = await place({
    world: telling(async () => {
      if (isDead) throw new Error("connection refused");
    }),
  });
  await at.engine.release(head("a"));
  await at.pass(minuteMs);
  expect(await screen(at, "a")).toMatch(
    /✗ Notices to console everyone do not arrive since \d\d:\d\d:\d\d, and are tried again: connection refused/,
  );
  expect(at.engine.notices()).toEqual({ failing: 1, lost: 0 });
  isDead = false;
  await at.pass(2 * minuteMs);
  expect(await screen(at, "a")).not.toContain("✗ Notices");
  expect(at.recoveries).toContain("notices of a to console everyone arrive again");
});

test("a notice that is refused for good is shown with the release for good, also by the next server", async () => {
  const at = await place({
    world: telling(async (notice: Notice) => {
      if (notice.entry.revision === 1) throw new PortError("the message is too long", { retry: "never" });
    }),
  });
  await at.engine.release(head("a"));
  await at.pass(minuteMs);
  const shown = "✗ The notice of revision 1 to console everyone did not arrive and is given up: the message is too long";
  expect(await screen(at, "a")).toContain(shown);
  expect(at.engine.notices()).toEqual({ failing: 0, lost: 1 });
  await at.restart();
  await at.pass(minuteMs);
  expect(await screen(at, "a")).toContain(shown);
});
