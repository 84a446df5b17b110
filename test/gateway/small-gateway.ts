import { randomInt } from "node:crypto";
import { Agent, createServer, request as send } from "node:http";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { kubePath } from "../../src/adapters/kubernetes-client.ts";
import type { KubeClient } from "../../src/adapters/kubernetes-client.ts";
import { backendFor, ruleFor } from "./match-request.ts";
import type { ReadBackend, ReadFilter, ReadRoute } from "./match-request.ts";

const apiVersion = "gateway.networking.k8s.io/v1";
const never = new AbortController().signal;

/** A gateway of this process: it takes the HTTPRoutes of a namespace from the API, says in their status that it did, and routes by them. */
export interface SmallGateway {
  readonly url: string;
  /** Takes what the API has now, and says so there. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** `addressOf` says where a Service answers, by its URL in the cluster. */
export async function startSmallGateway(client: KubeClient, namespace: string, addressOf: (url: string) => string): Promise<SmallGateway> {
  let routes: readonly ReadRoute[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer({ keepAliveTimeout: 10_000 }, (request, response) => {
    const found = ruleFor(routes, request);
    const backend = found === null ? null : backendFor(found.rule, randomInt(2 ** 32) / 2 ** 32);
    if (found === null || backend === null) return void response.writeHead(found === null ? 404 : 500).end();
    const filters = [...(found.rule.filters ?? []), ...(backend.filters ?? [])];
    const address = addressOf(urlOf(backend, found.route.metadata.namespace));
    forward({ request, response, address, filters, agent });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async sync() {
      const { items } = await client.list(kubePath({ apiVersion, namespace, plural: "httproutes" }), {}, never);
      for (const route of items as unknown as readonly ReadRoute[]) await accept(client, route);
      routes = items as unknown as readonly ReadRoute[];
    },
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Plays the status of a route that nobody else has looked at as it stands now. */
async function accept(client: KubeClient, { metadata, spec, status }: ReadRoute): Promise<void> {
  const said = JSON.stringify(status ?? {});
  if (said.includes(`"observedGeneration":${metadata.generation}`)) return;
  const now = new Date().toISOString().replace(/\.\d+/, "");
  const conditions = ["Accepted", "ResolvedRefs"].map((type) => ({
    type,
    status: "True",
    reason: type,
    message: "",
    lastTransitionTime: now,
    observedGeneration: metadata.generation,
  }));
  const parents = (spec.parentRefs ?? []).map((parentRef) => ({ parentRef, controllerName: "serin.test/gateway", conditions }));
  const path = kubePath({ apiVersion, namespace: metadata.namespace, plural: "httproutes", name: metadata.name, subresource: "status" });
  await client.call({ method: "PATCH", path, as: "application/merge-patch+json", body: { status: { parents } } }, never);
}

function urlOf({ name, namespace, port = 80 }: ReadBackend, own: string): string {
  return `http://${name}.${namespace ?? own}.svc:${port}`;
}

function forward(exchange: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly address: string;
  readonly filters: readonly ReadFilter[];
  readonly agent: Agent;
}): void {
  const { request, response, address, filters, agent } = exchange;
  const headers = modified(
    request.headers,
    filters.flatMap(({ requestHeaderModifier }) => requestHeaderModifier ?? []),
  );
  const sent = send(new URL(request.url ?? "/", address), { agent, method: request.method ?? "GET", headers }, (answer) => {
    const back = modified(
      answer.headers,
      filters.flatMap(({ responseHeaderModifier }) => responseHeaderModifier ?? []),
    );
    response.writeHead(answer.statusCode ?? 502, back);
    answer.pipe(response);
  });
  sent.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  request.pipe(sent);
}

function modified(
  headers: OutgoingHttpHeaders,
  modifiers: readonly NonNullable<ReadFilter["requestHeaderModifier"]>[],
): OutgoingHttpHeaders {
  const next = { ...headers };
  for (const { set = [], add = [], remove = [] } of modifiers) {
    for (const { name, value } of set) next[name.toLowerCase()] = value;
    for (const { name, value } of add) next[name.toLowerCase()] = [next[name.toLowerCase()] ?? []].flat().map(String).concat(value);
    for (const name of remove) delete next[name.toLowerCase()];
  }
  return next;
}
