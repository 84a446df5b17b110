import { Command } from "commander";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { edge as edgeRouter } from "../src/adapters/traffic/edge.ts";
import { addEdge } from "../src/cli/edge.ts";
import { parseDuration } from "../src/core/duration.ts";
import { textOf } from "./tree.ts";

const labels = z.record(z.string(), z.string());
const object = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.unknown().optional(),
});
const probe = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const deployment = z.looseObject({
  selector: z.object({ matchLabels: labels }),
  template: z.looseObject({
    metadata: z.object({ labels }),
    spec: z.looseObject({
      terminationGracePeriodSeconds: z.number(),
      containers: z.tuple([
        z.looseObject({
          args: z.array(z.string()),
          ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
          readinessProbe: probe,
          livenessProbe: probe,
        }),
      ]),
    }),
  }),
});
const service = z.looseObject({
  selector: labels,
  clusterIP: z.string().optional(),
  publishNotReadyAddresses: z.boolean().optional(),
  ports: z.array(z.looseObject({ port: z.number(), targetPort: z.string() })),
});

const objects = parseAllDocuments(textOf("deploy/kubernetes/edge.yaml")).map((document) => object.parse(document.toJS()));

function specOf<T>(kind: string, name: string, shape: z.ZodType<T>): T {
  return shape.parse(objects.find((one) => one.kind === kind && one.metadata.name === name)?.spec);
}

const edge = specOf("Deployment", "edge", deployment);
const [container] = edge.template.spec.containers;

test("the arguments of the manifest are the command's own, and the grace is longer than drain and finish", () => {
  const refuse = (): never => {
    throw new Error("nothing is said here");
  };
  const program = new Command().exitOverride().configureOutput({ writeErr: refuse });
  const command = addEdge(program, { out: refuse, err: refuse } as unknown as Parameters<typeof addEdge>[1]);
  const { unknown } = command.parseOptions(container.args.slice(1));
  expect([container.args[0], unknown]).toEqual(["edge", []]);
  const { drain, finish, readyAfter } = z.object({ drain: z.string(), finish: z.string(), readyAfter: z.string() }).parse(command.opts());
  const seconds = (text: string): number => (parseDuration(text) ?? Number.NaN) / 1000;
  expect(seconds(drain) + seconds(finish)).toBeLessThan(edge.template.spec.terminationGracePeriodSeconds);
  expect(seconds(readyAfter)).toBeGreaterThan(0);
});

test("services and budgets select the pods, and ports have the names that they are known by", () => {
  const pods = edge.template.metadata.labels;
  expect(edge.selector.matchLabels).toEqual(pods);
  const ports = new Set(container.ports.map(({ name }) => name));
  for (const name of ["edge", "shop-edge"]) {
    const { selector, ports: open } = specOf("Service", name, service);
    expect(selector).toEqual(pods);
    expect(open.every(({ targetPort }) => ports.has(targetPort))).toBe(true);
  }
  expect([container.readinessProbe.httpGet, container.livenessProbe.httpGet]).toEqual([
    { path: "/ready", port: "control" },
    { path: "/health", port: "control" },
  ]);
});

test("the controller reaches every replica at the address of the ECOMSIMPLY example", () => {
  const { clusterIP, publishNotReadyAddresses, ports } = specOf("Service", "edge", service);
  expect([clusterIP, publishNotReadyAddresses]).toEqual(["None", true]);
  const example = /control: \["(\S+)"\]/.exec(textOf("examples/ecomsimply/serin.yaml"))?.[1] ?? "";
  const { control } = edgeRouter.connection.parse({ control: [example], token: "a-token-of-sixteen" }) as { control: readonly string[] };
  const { hostname, port } = new URL(control[0] ?? "");
  expect([hostname, Number(port)]).toEqual([`edge.${objects[0]?.metadata.namespace}.svc`, ports[0]?.port]);
});
