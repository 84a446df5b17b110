import { expect, test } from "vitest";
import { cloneDeployment, relabel, replicasFor, templateHash } from "./clone.ts";
import { shorten, slotName, slotServiceName } from "./names.ts";
import { readDeployment, readService, selects } from "./objects.ts";
import type { Deployment, Service } from "./objects.ts";
import { readPlace } from "./plan-options.ts";

const labels = { app: "web", tier: "front", "app.kubernetes.io/instance": "shop" };

function deployment(selector: object, more: object = {}): Deployment {
  const spec = {
    replicas: 5,
    selector,
    template: {
      metadata: { labels },
      spec: {
        containers: [
          { name: "app", image: "web:1" },
          { name: "side", image: "side:7" },
        ],
        ...more,
      },
    },
  };
  return readDeployment({
    metadata: { name: "web", namespace: "shop", uid: "u1", annotations: { "argocd.argoproj.io/tracking-id": "x" } },
    spec,
  });
}

function service(name: string, selector: Readonly<Record<string, string>>): Service {
  return readService({ metadata: { name }, spec: { selector, ports: [{ port: 80 }] } });
}

const place = readPlace("frontend", { kind: "kubernetes", options: { deployment: "web" } }, "shop");
const clone = (stable: Deployment, services: readonly Service[] = []): Deployment =>
  readDeployment(
    cloneDeployment(stable, services, {
      place,
      slot: "canary",
      version: "web:2",
      release: "web-1",
      sharePct: 10,
      waitsFor: null,
    }),
  );

test.each<[string, object, readonly Service[]]>([
  ["the Deployment's own labels", { matchLabels: { app: "web" } }, []],
  ["a Service that looks at other labels", { matchLabels: { app: "web" } }, [service("a", { tier: "front" })]],
  [
    "a Service that looks at fewer labels than the Deployment",
    { matchLabels: { app: "web", tier: "front" } },
    [service("a", { app: "web" })],
  ],
  [
    "several Services",
    { matchLabels: { app: "web" } },
    [service("a", { tier: "front" }), service("b", { "app.kubernetes.io/instance": "shop" })],
  ],
  ["an expression about values", { matchExpressions: [{ key: "app", operator: "In", values: ["web", "webs"] }] }, []],
  ["an expression about a label's presence", { matchExpressions: [{ key: "app", operator: "Exists" }] }, []],
])("new pods are not selected by %s, and their labels are valid", (_, selector, services) => {
  const stable = deployment(selector);
  const changed = relabel(stable, services, "canary");
  expect(selects(stable.spec.selector, labels)).toBe(true);
  expect(selects(stable.spec.selector, changed)).toBe(false);
  for (const { spec } of services) expect(selects({ matchLabels: spec.selector ?? {}, matchExpressions: [] }, changed)).toBe(false);
  for (const value of Object.values(changed)) expect(value).toMatch(/^[A-Za-z0-9][-A-Za-z0-9_.]{0,62}$/);
});

test("a label that nobody looks at stays, and so does everything of the pods but the one image", () => {
  const cloned = clone(deployment({ matchLabels: { app: "web" } }));
  expect(cloned.spec.template.metadata.labels).toMatchObject({ app: "web-canary", tier: "front", "app.kubernetes.io/instance": "shop" });
  expect(cloned.spec.template.spec.containers).toEqual([
    { name: "app", image: "web:2" },
    { name: "side", image: "side:7" },
  ]);
  expect(cloned.metadata.annotations).not.toHaveProperty("argocd.argoproj.io/tracking-id");
});

test("what keeps stable's pods apart keeps the new ones apart, and what is said of others stays", () => {
  const near = (value: string) => ({ topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: value } } });
  const affinity = {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near("web")] },
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near("cache")] },
  };
  const cloned = clone(
    deployment({ matchLabels: { app: "web" } }, { affinity, topologySpreadConstraints: [{ ...near("web"), maxSkew: 1 }] }),
  );
  const { affinity: of, topologySpreadConstraints } = cloned.spec.template.spec;
  expect(of).toEqual({
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near("web-canary")] },
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near("cache")] },
  });
  expect(topologySpreadConstraints).toEqual([{ ...near("web-canary"), maxSkew: 1 }]);
});

test("its hash knows every change but that of the image", () => {
  const hash = (more: object, image = "web:1"): string =>
    templateHash(deployment({ matchLabels: { app: "web" } }, { containers: [{ name: "app", image }], ...more }), "app");
  expect(hash({}, "web:2")).toBe(hash({}));
  expect(hash({ hostNetwork: true })).not.toBe(hash({}));
});

test.each([
  [5, 10, 1],
  [5, 50, 3],
  [5, 100, 5],
  [0, 100, 1],
])("%i replicas at %i %% are %i", (stable, share, expected) => expect(replicasFor(stable, share)).toBe(expected));

test("names are short enough, valid, and told apart", () => {
  const long = "a".repeat(80);
  expect(slotName("web", "canary")).toBe("web-canary");
  expect(slotName(long, "canary")).toHaveLength(63);
  expect(slotName(long, "canary")).not.toBe(slotName(`${long}b`, "canary"));
  expect(slotName(long, "canary")).not.toBe(slotName(long, "previous"));
  expect(slotServiceName("2048.web", "canary")).toMatch(/^[a-z][-a-z0-9]{0,62}$/);
  expect(shorten(`${"a".repeat(40)}.${"-".repeat(40)}`, "x")).toMatch(/^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/);
});

test("words that are not those of the plan are refused for good", () => {
  expect(() => readPlace("frontend", { kind: "kubernetes", options: { deployment: "Web" } }, "shop")).toThrow(/deployment/);
});
