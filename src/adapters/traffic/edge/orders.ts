import { z } from "zod";
import type { WantedTraffic } from "../../../ports.ts";

/** An absolute http or https address without path, query or credentials. */
export const originSchema = z.string().refine((text) => {
  const url = URL.parse(text);
  const isHttp = url !== null && (url.protocol === "http:" || url.protocol === "https:");
  return isHttp && url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "" && url.password === "";
}, "an address like http://127.0.0.1:3000, without a path");

const request = z.string().regex(/^[A-Z]+ \/\S*$/, "METHOD /path, for example POST /api/login");
const armTargets = z.strictObject({ canary: z.array(originSchema), stable: z.array(originSchema) });

/** What the control plane accepts with `PUT /wanted`: the port's `WantedTraffic`, checked. */
export const wantedSchema: z.ZodType<WantedTraffic> = z.strictObject({
  release: z.string().min(1).max(200),
  revision: z.number(),
  sharePct: z.number().min(0).max(100),
  audience: z.enum(["new-logins", "everyone"]),
  phase: z.int(),
  login: request.nullable(),
  routes: z.array(z.strictObject({ path: z.string().startsWith("/"), service: z.string().min(1) })),
  goals: z.array(z.strictObject({ name: z.string().min(1), request, withinMs: z.number().positive() })),
  stableSlot: z.enum(["stable", "previous"]),
  targets: z.record(z.string(), armTargets),
  leaseMs: z.number().positive(),
});

/** What the control plane accepts with `POST /attempt`. */
export const attemptSchema = z.strictObject({ request, arms: z.record(z.string(), z.enum(["canary", "stable"])) });

/** What `GET /seen` answers: the port's `SeenTraffic` and what only the edge knows. */
export const seenSchema = z.object({
  release: z.string().nullable(),
  sharePct: z.number(),
  audience: z.enum(["new-logins", "everyone"]),
  stableSlot: z.enum(["stable", "previous"]),
  targets: z.string(),
  isServing: z.boolean(),
  drawn: z.object({ canary: z.number(), stable: z.number() }),
  forwarded: z.object({ canary: z.number(), stable: z.number() }),
  lastCanaryMs: z.number().nullable(),
  /** Requests being served by the canary: 0 when it is drained. */
  inFlight: z.object({ canary: z.number(), stable: z.number() }),
  /** `expired`: no word for `leaseMs`, so everybody is on stable. `none`: nothing was asked for since the start. */
  lease: z.enum(["held", "expired", "none"]),
  /** The same for edges with the same key; absent from edges of an older version. */
  key: z.string().optional(),
});

/** One edge's own answer to `GET /seen`. */
export type EdgeSeen = z.infer<typeof seenSchema>;
