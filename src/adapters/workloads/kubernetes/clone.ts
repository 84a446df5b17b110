import type { KubeObject } from "../../kubernetes-client.ts";
import { annotations, hashOf, isOwn, ownLabels, slotLabels, slotName } from "./names.ts";
import type { OwnSlot } from "./names.ts";
import { selects } from "./objects.ts";
import type { Deployment, Selector, Service } from "./objects.ts";
import type { Place } from "./plan-options.ts";

/** A slot as it is to stand beside stable. */
export interface CloneSpec {
  readonly place: Place;
  readonly slot: OwnSlot;
  readonly version: string;
  readonly release: string | null;
  /** Percent of the people that it has to serve; 0: none may start yet. */
  readonly sharePct: number;
  /** The Job that it waits for; `null`: none. */
  readonly waitsFor: string | null;
}

/** How many replicas serve this share as well as stable serves all: at least one. */
export function replicasFor(stableReplicas: number, sharePct: number): number {
  return Math.max(1, Math.ceil((stableReplicas * sharePct) / 100));
}

/** The image of the named container; `null`: it has no such container. */
export function imageOf({ spec }: Pick<Deployment, "spec">, container: string): string | null {
  return spec.template.spec.containers.find(({ name }) => name === container)?.image ?? null;
}

/** What stable's pods are beside the image of the container: it changes when somebody edits them. */
export function templateHash({ spec }: Deployment, container: string): string {
  const containers = spec.template.spec.containers.map((each) => (each.name === container ? { ...each, image: "" } : each));
  return hashOf(JSON.stringify({ ...spec.template, spec: { ...spec.template.spec, containers } }));
}

/**
 * A Deployment beside `stable` with another image, labels of its own, and everything else of its pods as they are. What keeps pods apart from each
 * other keeps the new ones apart from each other. Of stable's own labels and annotations nothing is taken: they say who looks after *it*.
 */
export function cloneDeployment(stable: Deployment, services: readonly Service[], spec: CloneSpec): KubeObject {
  const { place, slot, version, release, sharePct, waitsFor } = spec;
  const { template, replicas, selector: _, paused: __, ...rest } = stable.spec;
  const podLabels = relabel(stable, services, slot);
  const containers = template.spec.containers.map((each) => (each.name === place.container ? { ...each, image: version } : each));
  const own = ownLabels(place, slot, release);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: slotName(place.deployment, slot),
      namespace: place.namespace,
      labels: own,
      annotations: {
        [annotations.share]: String(sharePct),
        [annotations.template]: templateHash(stable, place.container),
        [annotations.replicas]: String(replicas),
        ...(waitsFor === null ? {} : { [annotations.waitsFor]: waitsFor }),
      },
      ownerReferences: [ownerOf("apps/v1", "Deployment", stable)],
    },
    spec: {
      ...rest,
      replicas: sharePct === 0 ? 0 : replicasFor(replicas, sharePct),
      selector: { matchLabels: slotLabels(place.deployment, slot) },
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...podLabels, ...own } },
        spec: { ...keepApart(template.spec, { from: template.metadata.labels, to: podLabels }), containers },
      },
    },
  };
}

/** Whoever this names goes when `owner` goes. */
export function ownerOf(apiVersion: string, kind: string, owner: { readonly metadata: { readonly name: string; readonly uid: string } }) {
  return { apiVersion, kind, name: owner.metadata.name, uid: owner.metadata.uid };
}

/**
 * The labels of stable's pods, changed where stable's Deployment, or a Service that leads to stable, looks: neither may take the new pods for its
 * own.
 */
export function relabel({ spec }: Deployment, services: readonly Service[], slot: OwnSlot): Readonly<Record<string, string>> {
  const before = spec.template.metadata.labels;
  const leading = services.filter(({ metadata, spec: { selector } }) => !isOwn(metadata) && selector && Object.keys(selector).length > 0);
  const selectors: readonly Selector[] = [
    spec.selector,
    ...leading.map(({ spec: { selector } }) => ({ matchLabels: selector ?? {}, matchExpressions: [] })),
  ].filter((selector) => selects(selector, before));
  let changed: Readonly<Record<string, string>> = before;
  for (const selector of selectors)
    if (selects(selector, changed)) changed = withOtherValues(changed, Object.keys(selector.matchLabels), slot);
  // What only asks whether a label is there can be left by leaving the label away.
  for (const selector of selectors) {
    const keys = selector.matchExpressions.map(({ key }) => key);
    if (selects(selector, changed)) changed = withOtherValues(changed, keys, slot);
    if (selects(selector, changed)) changed = Object.fromEntries(Object.entries(changed).filter(([key]) => !keys.includes(key)));
  }
  return changed;
}

function withOtherValues(
  labels: Readonly<Record<string, string>>,
  keys: readonly string[],
  slot: OwnSlot,
): Readonly<Record<string, string>> {
  const other = (value: string): string => `${value.slice(0, 62 - slot.length).replace(/[^A-Za-z0-9]+$/, "")}-${slot}`;
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, keys.includes(key) ? other(value) : value]));
}

interface Relabelled {
  readonly from: Readonly<Record<string, string>>;
  readonly to: Readonly<Record<string, string>>;
}

/** Rules of scheduling that mean stable's own pods mean the new ones; rules about others stay. */
function keepApart(spec: object, labels: Relabelled): object {
  const { affinity, topologySpreadConstraints } = spec as { readonly affinity?: unknown; readonly topologySpreadConstraints?: unknown };
  return {
    ...spec,
    ...(affinity === undefined ? {} : { affinity: relabelSelectors(affinity, labels) }),
    ...(topologySpreadConstraints === undefined ? {} : { topologySpreadConstraints: relabelSelectors(topologySpreadConstraints, labels) }),
  };
}

function relabelSelectors(value: unknown, labels: Relabelled): unknown {
  if (Array.isArray(value)) return value.map((item) => relabelSelectors(item, labels));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, below]) => [
      key,
      key === "labelSelector" ? relabelSelector(below, labels) : relabelSelectors(below, labels),
    ]),
  );
}

function relabelSelector(selector: unknown, { from, to }: Relabelled): unknown {
  const {
    matchLabels = {},
    matchExpressions = [],
    ...rest
  } = (selector ?? {}) as {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
  };
  const other = (key: string, value: string): string => (from[key] === value ? (to[key] ?? value) : value);
  return {
    ...rest,
    matchLabels: Object.fromEntries(Object.entries(matchLabels).map(([key, value]) => [key, other(key, value)])),
    ...(matchExpressions.length === 0
      ? {}
      : {
          matchExpressions: matchExpressions.map((each) => ({
            ...each,
            ...(each.values ? { values: each.values.map((value) => other(each.key, value)) } : {}),
          })),
        }),
  };
}
