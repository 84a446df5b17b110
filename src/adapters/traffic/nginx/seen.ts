import { z } from "zod";
import type { SeenTraffic } from "../../../core/observation.ts";
import { sayTargets } from "../../../core/targets.ts";

const perArm = z.object({ canary: z.number(), stable: z.number() });

/** What `GET /seen` of `examples/nginx/serin.lua` answers. */
export const seenSchema = z.object({
  release: z.string().nullable(),
  revision: z.number(),
  sharePct: z.number(),
  audience: z.enum(["new-logins", "everyone"]),
  stableSlot: z.enum(["stable", "previous"]),
  services: z.array(z.string()),
  targets: z.array(z.object({ service: z.string(), arm: z.enum(["canary", "stable"]), url: z.string() })),
  isServing: z.boolean(),
  drawn: perArm,
  forwarded: perArm,
  lastCanaryMs: z.number().nullable(),
  /** `expired`: no word for the time of the lease, so everybody is on stable. `none`: no order was heard since nginx started. */
  lease: z.enum(["held", "expired", "none"]),
});

/** One nginx's own answer to `GET /seen`. */
export type NginxSeen = z.infer<typeof seenSchema>;

/** One answer in the port's words. */
export function seenTrafficOf(seen: NginxSeen): SeenTraffic {
  const { release, sharePct, audience, stableSlot, isServing, drawn, forwarded, lastCanaryMs } = seen;
  return { release, sharePct, audience, stableSlot, targets: targetsOf(seen), isServing, drawn, forwarded, lastCanaryMs };
}

/** A name with several addresses stands there once for each of them. */
function targetsOf({ services, targets }: NginxSeen): string {
  const urls = (service: string, arm: "canary" | "stable"): readonly string[] => [
    ...new Set(targets.filter((one) => one.service === service && one.arm === arm).map(({ url }) => url)),
  ];
  return sayTargets(
    Object.fromEntries(services.map((service) => [service, { canary: urls(service, "canary"), stable: urls(service, "stable") }])),
  );
}

/** What every nginx does, their counts added up. Throws when they do not agree, and for none. */
export function agree(all: readonly SeenTraffic[]): SeenTraffic {
  const [first] = all;
  if (first === undefined) throw new Error("there is no nginx to read back");
  for (const one of all) {
    const differs = (["release", "sharePct", "audience", "stableSlot", "targets"] as const).find((key) => one[key] !== first[key]);
    if (differs !== undefined)
      throw new Error(`the nginx do not agree: ${differs} is ${String(first[differs])} and ${String(one[differs])}`);
  }
  const sum = (of: (seen: SeenTraffic) => Record<"canary" | "stable", number> | null): { canary: number; stable: number } => ({
    canary: all.reduce((total, one) => total + (of(one)?.canary ?? 0), 0),
    stable: all.reduce((total, one) => total + (of(one)?.stable ?? 0), 0),
  });
  const last = all.flatMap(({ lastCanaryMs }) => (lastCanaryMs === null ? [] : [lastCanaryMs]));
  return {
    ...first,
    isServing: all.every(({ isServing }) => isServing),
    drawn: sum(({ drawn }) => drawn),
    forwarded: sum(({ forwarded }) => forwarded),
    lastCanaryMs: last.length === 0 ? null : Math.max(...last),
  };
}
