import { createHash } from "node:crypto";
import type { Slot } from "../../../core/observation.ts";
import type { Metadata } from "./objects.ts";
import type { Place } from "./plan-options.ts";

/** Who writes: the field manager of everything that serin sets. */
export const fieldManager = "serin";

/** Labels of what serin makes, and of its pods. */
export const labels = {
  managedBy: "app.kubernetes.io/managed-by",
  service: "serin.dev/service",
  slot: "serin.dev/slot",
  /** The stable Deployment that it stands beside. */
  deployment: "serin.dev/deployment",
  release: "serin.dev/release",
} as const;

/** Annotations of a Deployment that serin made. */
export const annotations = {
  /** Percent of the people that it is sized for. */
  share: "serin.dev/share",
  /** The Job that has to end well before it may grow. */
  waitsFor: "serin.dev/waits-for",
  /** What stable's template said when it was cloned, without the image. */
  template: "serin.dev/cloned-from",
  /** How many replicas stable had then. */
  replicas: "serin.dev/cloned-replicas",
} as const;

/** A slot that serin makes itself. */
export type OwnSlot = Exclude<Slot, "stable">;

const longest = 63;

/** "NAME-canary", at most 63 characters: a longer one is cut, and told apart by a hash. */
export function slotName(deployment: string, slot: OwnSlot): string {
  return shorten(`${deployment}-${slot}`, slot);
}

/** The Service of a slot: names of Services have no dots and begin with a letter. */
export function slotServiceName(deployment: string, slot: OwnSlot): string {
  const plain = slotName(deployment, slot).replaceAll(".", "-");
  return /^[a-z]/.test(plain) ? plain : shorten(`s-${plain}`, slot);
}

/** `text` as a label's value, or a name, of at most 63 characters that ends in `tail` when it had to be cut. */
export function shorten(text: string, tail: string): string {
  if (text.length <= longest) return text;
  const end = `-${hashOf(text)}-${tail}`;
  return `${text.slice(0, longest - end.length).replace(/[^A-Za-z0-9]+$/, "")}${end}`;
}

/** Eight characters that stand for `text`. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** The labels of everything that serin makes for a slot. */
export function ownLabels({ service, deployment }: Place, slot: OwnSlot, release: string | null): Readonly<Record<string, string>> {
  return {
    [labels.managedBy]: "serin",
    [labels.service]: shorten(service, "service"),
    ...slotLabels(deployment, slot),
    ...(release === null ? {} : { [labels.release]: shorten(release, "release") }),
  };
}

/** The labels by which the pods of a slot are selected: they never change. */
export function slotLabels(deployment: string, slot: OwnSlot): Readonly<Record<string, string>> {
  return { [labels.deployment]: shorten(deployment, "deployment"), [labels.slot]: slot };
}

/** True when serin has made it. */
export function isOwn(metadata: Metadata): boolean {
  return metadata.labels[labels.managedBy] === "serin" && metadata.labels[labels.slot] !== undefined;
}
