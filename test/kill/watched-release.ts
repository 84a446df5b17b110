import { setTimeout as wait } from "node:timers/promises";
import type { Status } from "../../src/core/status.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { nothingAcknowledged, personOf } from "./person.ts";
import type { Acknowledged, Person } from "./person.ts";
import type { KillPlanOptions } from "./plan.ts";
import type { Stage } from "./stage.ts";

/** One release on a stage, and the two people who sign for it. */
export interface WatchedRelease {
  readonly id: string;
  readonly camille: Person;
  readonly acknowledged: Acknowledged;
  /** Camille signs what she is asked for until the release is in this status; answers its view then. Throws after `withinMs`. */
  until(kind: Status["kind"], withinMs: number): Promise<ReleaseView>;
  /** Nobody asks anything any more. */
  leave(): void;
}

/** Begins a release of `version` and signs its start as both. */
export async function beginRelease(stage: Stage, version: string, options: KillPlanOptions): Promise<WatchedRelease> {
  const acknowledged = nothingAcknowledged();
  const leaving = new AbortController();
  const person = (name: "Camille" | "Noor"): Person =>
    personOf({
      serverUrl: stage.serverUrl,
      token: stage.tokenOf(name),
      acknowledged,
      onAsking: () => undefined,
      signal: leaving.signal,
    });
  const camille = person("Camille");
  const versions = { frontend: version, backend: version };
  const start = { plan: { text: stage.planText(options), file: "plan.yaml" }, versions, reason: "a test" };
  const noor = person("Noor");
  const { id } = await noor.start(start, `start-${version}`);
  const sign = async (who: Person, as: "release-manager" | "qa-lead"): Promise<void> => {
    const { revision, people } = await who.show(id);
    if (!people.some(({ role, state }) => role === as && state === "asked")) return;
    await who.ask(id, { body: { kind: "approve", as, reason: "looked at it" }, key: `${id}-${as}-${revision}`, revision });
  };
  await sign(noor, "qa-lead");
  return {
    id,
    camille,
    acknowledged,
    leave: () => leaving.abort(),
    async until(kind, withinMs) {
      const untilMs = performance.now() + withinMs;
      for (;;) {
        const view = await camille.show(id);
        if (view.status.kind === kind) return view;
        if (performance.now() > untilMs) throw new Error(`not ${kind} within ${withinMs} ms: ${view.sentence}`);
        await sign(camille, "release-manager");
        await wait(100);
      }
    },
  };
}
