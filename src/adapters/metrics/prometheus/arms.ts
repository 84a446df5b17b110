import { z } from "zod";
import type { ReadContext, Target } from "../../../ports.ts";

/** Labels that a target's series have, as people write them: places in braces, and `*` for letters and digits. */
export type ArmLabels = Readonly<Record<string, string>>;

/** What may stand in braces. */
const places = ["service", "version", "tag", "arm", "release", "environment", "instance", "host", "port", "name", "namespace"] as const;
type Place = (typeof places)[number];

const template = z
  .string()
  .min(1)
  .refine((text) => unknownPlaces(text).length === 0, {
    error: `In braces stands one of ${places.map((place) => `{${place}}`).join(", ")}.`,
  });

const usual: readonly ArmLabels[] = [{ namespace: "{namespace}", pod: "{name}-*-*" }, { instance: "{instance}" }];

/** How a connection says which series are a target's. */
export const armsWords = z
  .array(
    z
      .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: "This is no name of a label." }), template)
      .refine((labels) => Object.keys(labels).length > 0, { error: "At least one label tells the arms apart." }),
  )
  .min(1)
  .default([...usual])
  .describe("Which labels a target's series have; the first entry whose places can all be filled is taken.");

/** A target, and what each of these labels of its series looks like. */
export interface Sought {
  readonly target: Target;
  readonly labels: ReadonlyMap<string, LabelPattern>;
}

/** What a label looks like: `source` is RE2's and JavaScript's alike, `shown` is for people. */
export interface LabelPattern {
  readonly source: string;
  readonly shown: string;
  fits(value: string): boolean;
}

/** Each target with the labels of the first entry that can be filled for it; a target that none can be filled for is left out. */
export function soughtOf(arms: readonly ArmLabels[], context: Pick<ReadContext, "release" | "environment" | "targets">): readonly Sought[] {
  return context.targets.flatMap((target) => {
    const filling = fillingOf(target, context);
    const labels = arms.map((entry) => fill(entry, filling)).find((filled) => filled !== null);
    return labels ? [{ target, labels }] : [];
  });
}

/** The labels by which `arms` may tell the arms apart. */
export function labelsOf(arms: readonly ArmLabels[]): readonly string[] {
  return [...new Set(arms.flatMap((entry) => Object.keys(entry)))];
}

/** True when a series with these labels is the sought target's. */
export function isOf({ labels }: Sought, series: ReadonlyMap<string, string>): boolean {
  for (const [label, pattern] of labels) if (!pattern.fits(series.get(label) ?? "")) return false;
  return true;
}

/** `instance="127.0.0.1:4001"`, as people know it. */
export function sayLabels({ labels }: Sought): string {
  return [...labels].map(([label, { shown }]) => `${label}="${shown}"`).join(", ");
}

type Filling = Readonly<Record<Place, string | null>>;

function fillingOf(target: Target, context: Pick<ReadContext, "release" | "environment">): Filling {
  const url = URL.canParse(target.url) ? new URL(target.url) : null;
  const port = url?.port || (url?.protocol === "https:" ? "443" : "80");
  const host = url?.hostname ?? null;
  // The name of a Service in a cluster: shop-canary.production.svc, with or without the cluster's own domain.
  const [, name = null, namespace = null] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.|$)/.exec(host ?? "") ?? [];
  const tag = /:([\w.-]+)$/.exec(target.version.replace(/@.*$/, ""))?.[1] ?? null;
  const { service, version, arm } = target;
  const { release, environment } = context;
  return { service, version, tag, arm, release, environment, host, port, instance: host && `${host}:${port}`, name, namespace };
}

function fill(entry: ArmLabels, filling: Filling): ReadonlyMap<string, LabelPattern> | null {
  const filled = new Map<string, LabelPattern>();
  for (const [label, text] of Object.entries(entry)) {
    const pattern = fillOne(text, filling);
    if (pattern === null) return null;
    filled.set(label, pattern);
  }
  return filled;
}

function fillOne(text: string, filling: Filling): LabelPattern | null {
  let [source, shown] = ["", ""];
  for (const [part, place] of text.matchAll(/\{(\w+)\}|\*|[^{*]+/g)) {
    if (part === "*") {
      source += "[A-Za-z0-9]+";
      shown += "*";
      continue;
    }
    const value = place === undefined ? part : filling[place as Place];
    if (value === null) return null;
    source += escape(value);
    shown += value;
  }
  const whole = new RegExp(`^(?:${source})$`);
  return { source, shown, fits: shown.includes("*") ? (value) => whole.test(value) : (value) => value === shown };
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function unknownPlaces(text: string): readonly string[] {
  const bare = text.replaceAll(/\{(\w+)\}/g, (whole, place: string) => ((places as readonly string[]).includes(place) ? "" : whole));
  return [...bare.matchAll(/[{}]/g)].map(([brace]) => brace);
}
