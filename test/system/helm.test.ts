import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { textOf, top } from "../tree.ts";
import { onSystem, programPath } from "./on-system.ts";

/*
 * The chart through Go's own templates and sprig, which are what Helm renders with; `helm/render.go` says what of Helm itself is there. Manifests
 * are read as Kubernetes reads them, as YAML 1.1.
 */

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels: Labels; readonly annotations?: Labels };
  readonly spec?: {
    readonly replicas?: number;
    readonly strategy?: { readonly type: string };
    readonly selector?: Labels & { readonly matchLabels?: Labels };
    readonly podSelector?: { readonly matchLabels: Labels };
    readonly template?: { readonly metadata: { readonly labels: Labels }; readonly spec: Pod };
    readonly ports?: readonly { readonly targetPort: string }[];
    readonly ingress?: readonly { readonly ports: readonly { readonly port: string }[]; readonly from?: readonly unknown[] }[];
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly roleRef?: { readonly name: string };
  readonly subjects?: readonly { readonly name: string; readonly namespace: string }[];
}

type Labels = Readonly<Record<string, string>>;

interface Pod {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly nodeSelector?: Labels;
  readonly containers: readonly {
    readonly image: string;
    readonly args: readonly string[];
    readonly env?: readonly unknown[];
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly resources: { readonly requests: Labels; readonly limits: Labels };
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
    readonly readinessProbe: unknown;
    readonly livenessProbe: unknown;
  }[];
  readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string; readonly defaultMode: number } }[];
}

const chart = join(top, "deploy/helm/serin");
const sprig = "/usr/share/gocode/src/github.com/Masterminds/sprig/functions.go";

type Values = Readonly<Record<string, unknown>>;

/** As Helm does: maps are merged, everything else is replaced. */
function merge(defaults: Values, given: Values): Values {
  const isMap = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);
  const merged = Object.entries(given).map(([key, value]) => {
    const before = defaults[key];
    return [key, isMap(before) && isMap(value) ? merge(before, value) : value] as const;
  });
  return { ...defaults, ...Object.fromEntries(merged) };
}

/** What a manifest says without what differs from one installation to the next: which image, which names and labels, and the order of options. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): readonly (readonly [string, unknown])[] => {
    if (["image", "imagePullPolicy", "serviceAccountName", "fsGroupChangePolicy", "labels"].includes(key)) return [];
    // What it is by default is not written there.
    if (/selector$/i.test(key) || (key === "type" && inner === "ClusterIP")) return [];
    if (key === "args") return [[key, optionsOf(inner as readonly string[])]];
    return [[key, comparable(inner)]];
  });
  return Object.fromEntries(entries.toSorted(([left], [right]) => left.localeCompare(right)));
}

function optionsOf(args: readonly string[]): readonly string[] {
  const said = args.join(" ").replaceAll(/(--[a-z-]+)=/g, "$1 ");
  return said
    .split(/ (?=--)/)
    .map((option) => option.split(" ").toSorted().join(" "))
    .toSorted();
}

onSystem({ name: "the Helm chart, rendered", needs: ["go", sprig] }, () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "serin-helm-"));
    const env = {
      ...process.env,
      GO111MODULE: "off",
      GOPATH: "/usr/share/gocode",
      GOFLAGS: "",
      GOCACHE: join(folder, "cache"),
      GOTOOLCHAIN: "local",
    };
    await promisify(execFile)(programPath("go"), ["build", "-o", join(folder, "render"), join(top, "test/system/helm/render.go")], { env });
  }, 300_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function template(given: Values, release = "serin"): Promise<Readonly<Record<string, string>>> {
    const values = merge(parse(textOf("deploy/helm/serin/values.yaml")) as Values, given);
    const child = spawn(join(folder, "render"), [chart, release, "tools"], { stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.end(JSON.stringify(values));
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit") as Promise<[number]>]);
    if (code !== 0) throw new Error(err);
    return JSON.parse(out) as Readonly<Record<string, string>>;
  }

  async function manifests(given: Values, release?: string): Promise<readonly Manifest[]> {
    const { "NOTES.txt": _notes, ...files } = await template(given, release);
    return Object.values(files).flatMap((file) =>
      parseAllDocuments(file, { version: "1.1" }).flatMap((document) => {
        if (document.errors.length > 0) throw new Error(`${document.errors.map(String).join("\n")}\n${file}`);
        const value = document.toJS() as Manifest | null;
        return value === null ? [] : [value];
      }),
    );
  }

  const named = (all: readonly Manifest[]) => all.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  const one = (all: readonly Manifest[], what: string): Manifest => {
    const found = all.find(({ kind, metadata }) => `${kind} ${metadata.name}` === what);
    if (found === undefined) throw new Error(`there is no ${what} among ${named(all).join(", ")}`);
    return found;
  };
  const containerOf = (manifest: Manifest) => manifest.spec?.template?.spec.containers[0];

  const whole = {
    server: {
      config: { apiVersion: "serin.dev/v1", kind: "Server", people: [{ name: "ada", roles: ["release-manager"] }] },
      env: [{ name: "SLACK_TOKEN", valueFrom: { secretKeyRef: { name: "serin", key: "slack" } } }],
      secretFiles: "serin-files",
      lighthouse: true,
      nodeSelector: { disk: "fast" },
    },
    rbac: { namespaces: ["shop", "blog"] },
    edge: {
      enabled: true,
      secret: "edge",
      stable: { frontend: ["http://web:80"], backend: ["http://api:80", "http://api-2:80"] },
      routes: { "/": "frontend", "/api": "backend" },
      trustProxy: ["10.0.0.0/8"],
      args: ["--max-body=10MB"],
    },
    networkPolicy: { metricsFrom: [{ namespaceSelector: { matchLabels: { name: "monitoring" } } }] },
    serviceMonitor: { enabled: true, labels: { release: "prometheus" }, serverToken: { secret: "viewer" } },
    image: { repository: "images.example/serin", tag: "1.2.3" },
  };

  test("with its defaults is the controller alone: one process, its folder kept, nobody else let in", async () => {
    const all = await manifests({});
    expect(named(all).toSorted()).toEqual([
      "ConfigMap serin",
      "Deployment serin",
      "NetworkPolicy serin",
      "PersistentVolumeClaim serin",
      "Service serin",
      "ServiceAccount serin",
    ]);
    expect(one(all, "Deployment serin").spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
    expect(one(all, "PersistentVolumeClaim serin").metadata.annotations).toEqual({ "helm.sh/resource-policy": "keep" });
    expect(one(all, "NetworkPolicy serin").spec?.ingress).toEqual([{ ports: [{ port: "http" }], from: [{ podSelector: {} }] }]);
  });

  test("with everything is what its values say", async () => {
    const all = await manifests(whole, "blue");
    expect(named(all).length).toBe(new Set(all.map((each) => `${each.kind} ${each.metadata.namespace} ${each.metadata.name}`)).size);
    const server = one(all, "Deployment blue-serin");
    expect(containerOf(server)).toMatchObject({ image: "images.example/serin:1.2.3-lighthouse", env: whole.server.env });
    expect(server.spec?.template?.spec.nodeSelector).toEqual({ disk: "fast" });
    expect(parse(one(all, "ConfigMap blue-serin").data?.["serin.yaml"] ?? "")).toEqual(whole.server.config);
    const edge = one(all, "Deployment blue-serin-edge");
    expect(edge.spec?.replicas).toBe(3);
    expect(containerOf(edge)?.image).toBe("images.example/serin:1.2.3");
    const args = containerOf(edge)?.args ?? [];
    expect(args.slice(args.indexOf("--stable"), args.indexOf("--drain=10s")).join(" ")).toBe(
      "--stable backend=http://api:80 backend=http://api-2:80 frontend=http://web:80 --route /=frontend /api=backend --trust-proxy 10.0.0.0/8",
    );
    expect(args.at(-1)).toBe("--max-body=10MB");
    expect(edge.spec?.template?.spec.volumes.find(({ name }) => name === "secrets")?.secret).toEqual({
      secretName: "edge",
      defaultMode: 0o440,
    });
    for (const namespace of ["shop", "blog"]) {
      const binding = all.find(({ kind, metadata }) => kind === "RoleBinding" && metadata.namespace === namespace);
      expect(binding).toMatchObject({
        roleRef: { name: "blue-serin-workloads" },
        subjects: [{ kind: "ServiceAccount", name: "blue-serin", namespace: "tools" }],
      });
    }
    expect(one(all, "NetworkPolicy blue-serin-edge").spec?.ingress?.[1]?.from?.[1]).toEqual(whole.networkPolicy.metricsFrom[0]);
    expect(one(all, "NetworkPolicy blue-serin").spec?.ingress?.[0]?.from).toEqual([
      { podSelector: {} },
      ...whole.networkPolicy.metricsFrom,
    ]);
    expect(named(all)).toContain("ServiceMonitor blue-serin");
    expect(one(all, "ServiceMonitor blue-serin-edge").metadata.labels["release"]).toBe("prometheus");
  });

  test.each<[string, Values]>([
    ["defaults", {}],
    ["everything", whole],
    [
      "what is there already",
      { server: { existingConfigMap: "mine", storage: { existingClaim: "mine" } }, networkPolicy: { enabled: false } },
    ],
  ])("with %s every manifest is whole, and every selector finds its pods", async (_says, values) => {
    const all = await manifests(values);
    const pods = all.flatMap((manifest) => (manifest.spec?.template === undefined ? [] : [manifest.spec.template]));
    const finds = (selector: Labels, labels: Labels): boolean => Object.entries(selector).every(([key, value]) => labels[key] === value);
    const found = (selector: Labels) => pods.filter(({ metadata: { labels } }) => finds(selector, labels));
    for (const { apiVersion, metadata } of all) {
      expect(apiVersion).toMatch(/^(?:[a-z.0-9]+\/)?v\d$/);
      expect(metadata.name).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
      expect(metadata.labels).toMatchObject({ "app.kubernetes.io/part-of": "serin", "app.kubernetes.io/managed-by": "Helm" });
    }
    const services = all.filter(({ kind }) => kind === "Service");
    const others = all.filter(({ kind }) => kind !== "Service" && kind !== "ServiceMonitor");
    const selectors: readonly Labels[] = [
      ...services.map(({ spec }) => spec?.selector as Labels),
      ...others.map(({ spec }) => spec?.selector?.matchLabels ?? spec?.podSelector?.matchLabels).filter((one) => one !== undefined),
    ];
    expect(selectors.length).toBeGreaterThanOrEqual(2);
    expect(selectors.filter((selector) => found(selector).length !== 1)).toEqual([]);
    for (const { spec } of services) {
      const names = found(spec?.selector as Labels).flatMap((pod) => pod.spec.containers[0]?.ports.map(({ name }) => name));
      for (const { targetPort } of spec?.ports ?? []) expect(names).toContain(targetPort);
    }
    const monitors = all.filter(({ kind }) => kind === "ServiceMonitor").map(({ spec }) => spec?.selector?.matchLabels ?? {});
    const monitored = monitors.map((selector) => services.filter(({ metadata }) => finds(selector, metadata.labels)).length);
    expect(monitored.every((count) => count === 1)).toBe(true);
  });

  test.each<[string, Values]>([
    ["defaults", {}],
    ["everything", whole],
  ])("with %s no pod may be root, write to its root, or do more than it needs", async (_says, values) => {
    const all = await manifests(values);
    const pods = all.flatMap(({ spec }) => (spec?.template === undefined ? [] : [spec.template.spec]));
    const accounts = new Set(all.filter(({ kind }) => kind === "ServiceAccount").map(({ metadata }) => metadata.name));
    expect(pods.length).toBeGreaterThan(0);
    for (const pod of pods) {
      expect(accounts).toContain(pod.serviceAccountName);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: "RuntimeDefault" } });
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        expect(container.resources).toMatchObject({
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        });
        expect([container.readinessProbe, container.livenessProbe]).not.toContain(undefined);
        const volumes = pod.volumes.map(({ name }) => name);
        expect(container.volumeMounts.map(({ name }) => name).toSorted()).toEqual(volumes.toSorted());
      }
    }
  });

  test("its edge is that of deploy/kubernetes/edge.yaml, but for names, labels and the image", async () => {
    const edge = {
      stable: { frontend: ["http://ecomsimply-frontend:80"], backend: ["http://ecomsimply-backend:80"] },
      routes: whole.edge.routes,
    };
    const prometheus = { namespaceSelector: {}, podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } } };
    const all = await manifests({
      edge: { enabled: true, secret: "edge", trustProxy: ["10.0.0.0/8"], ...edge },
      networkPolicy: { metricsFrom: [prometheus] },
    });
    const written = parseAllDocuments(textOf("deploy/kubernetes/edge.yaml"), { version: "1.1" }).map((one) => one.toJS() as Manifest);
    const specs = (from: readonly Manifest[]) => from.map(({ kind, spec }) => `${kind} ${JSON.stringify(comparable(spec))}`).toSorted();
    expect(specs(all.filter(({ metadata }) => metadata.name.startsWith("serin-edge")))).toEqual(specs(written));
  });

  test("a digest is taken instead of the tag; another serin.yaml starts the server again", async () => {
    const digest = `sha256:${"ab".repeat(32)}`;
    const before = one(await manifests({ image: { digest } }), "Deployment serin");
    expect(containerOf(before)?.image).toBe(`serin@${digest}`);
    const after = one(await manifests({ image: { digest }, server: { config: { environments: ["staging"] } } }), "Deployment serin");
    expect(JSON.stringify(after.spec?.template?.metadata)).not.toBe(JSON.stringify(before.spec?.template?.metadata));
  });

  test("an edge without its secret is refused with what to do", async () => {
    await expect(template({ edge: { enabled: true } })).rejects.toThrow("edge.secret is empty: name a Secret with the keys token and key");
  });

  test("the notes say where people come in", async () => {
    const { "NOTES.txt": notes } = await template(whole);
    expect(notes).toContain("http://serin-edge-control.tools.svc:8081");
    expect(await readFile(join(chart, "templates/NOTES.txt"), "utf8")).not.toContain("password");
  });

  test.each<[string, Values, boolean]>([
    ["nobody is let in", {}, true],
    ["somebody is", { networkPolicy: { metricsFrom: whole.networkPolicy.metricsFrom } }, false],
    ["there are no policies", { networkPolicy: { enabled: false } }, false],
  ])("the notes say whether Prometheus is kept out: %s", async (_says, values, isKeptOut) => {
    const { "NOTES.txt": notes } = await template({ serviceMonitor: { enabled: true }, ...values });
    expect(notes?.includes("name it in networkPolicy.metricsFrom")).toBe(isKeptOut);
  });
});
