import type { Behaviour } from "../contract/workloads.ts";

/** A Deployment as a team has it, and its Service. */
export interface ShopParts {
  readonly name: string;
  readonly image: string;
  readonly behaviour?: Behaviour;
  readonly replicas?: number;
}

/** What a container does that behaves so, where pods are really run. */
const scripts: Readonly<Record<Behaviour, string>> = {
  good: "while true; do sleep 1; done",
  crashing: "echo I fell; exit 4",
  stubborn: "trap '' TERM; while true; do sleep 1; done",
  unhealthy: "while true; do sleep 1; done",
  missing: "true",
};

export function shopDeployment({ name, image, behaviour = "good", replicas = 1 }: ShopParts): object {
  const probe = behaviour === "unhealthy" ? "echo 503; exit 1" : "true";
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels: { app: name, "app.kubernetes.io/instance": "shop" }, annotations: { team: "shop" } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, tier: "web" }, annotations: { "example.com/scrape": "true" } },
        spec: {
          terminationGracePeriodSeconds: 1,
          volumes: [{ name: "settings", configMap: { name: `${name}-settings`, optional: true } }],
          containers: [
            {
              name: "app",
              image,
              command: ["sh", "-c", scripts[behaviour]],
              terminationMessagePolicy: "FallbackToLogsOnError",
              ports: [{ name: "http", containerPort: 8080 }],
              env: [{ name: "BEHAVIOUR", value: behaviour }],
              envFrom: [{ secretRef: { name: `${name}-secret`, optional: true } }],
              volumeMounts: [{ name: "settings", mountPath: "/etc/settings" }],
              readinessProbe: { exec: { command: ["sh", "-c", probe] }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}

export function shopService(name: string): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
  };
}
