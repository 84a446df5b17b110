import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { allowAll, allows, reviewAccess, reviewRules } from "./access.ts";
import type { Rule } from "./access.ts";
import { answerFault } from "./answer-fault.ts";
import { Faults } from "./faults.ts";
import { collectGarbage } from "./garbage.ts";
import { isMap, listOf, mapOf, textOf } from "./json.ts";
import type { Json, JsonMap, KubeObject } from "./json.ts";
import { apiVersionOf, discoveryOf, kinds } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { listObjects } from "./list-objects.ts";
import { ObjectStore, resourceOf } from "./object-store.ts";
import { Refusal } from "./refusal.ts";
import { readPath, verbOf } from "./request-path.ts";
import type { Asked } from "./request-path.ts";
import { Resources } from "./resources.ts";
import type { WriteOptions } from "./resources.ts";
import { watchObjects } from "./watch-objects.ts";

/** A user by bearer token. */
export interface User {
  readonly name: string;
  readonly rules: readonly Rule[];
}

export interface ApiServerOptions {
  /** Epoch ms; stands in the objects' times. */
  readonly nowMs?: () => number;
  /** Groups and versions that this server lacks: "gateway.networking.k8s.io/v1". */
  readonly lacks?: readonly string[];
  /** Whether what lost its owner is deleted, as a cluster with a controller manager does. */
  readonly collectsGarbage?: boolean;
}

/** A Kubernetes API server of this process, on a loopback port; `admin` is the token that may do everything. */
export interface ApiServer {
  readonly url: string;
  readonly store: ObjectStore;
  readonly faults: Faults;
  /** Every request that arrived: "GET /api/v1/namespaces/shop/pods?limit=1". */
  readonly requests: readonly string[];
  /** Lets this token in, with these rights. */
  allow(token: string, user: User): void;
  /** What `pods/log` answers; without it the server says that the pod has no host. `previous`: of the container before the last restart. */
  setLog(pod: { readonly namespace: string; readonly name: string; readonly previous?: boolean }, text: string): void;
  /** A kubeconfig for this token. */
  kubeconfig(token: string, namespace?: string): string;
  /** Breaks every watch off, as a load balancer does. */
  cutWatches(): void;
  close(): Promise<void>;
}

/** Starts one; it has the namespaces `default` and `kube-system`. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const parts = new Parts(options);
  const server = createServer((request, response) => void parts.answer(request, response));
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    store: parts.store,
    faults: parts.faults,
    requests: parts.requests,
    allow: (token, user) => void parts.users.set(token, user),
    setLog: ({ namespace, name, previous = false }, text) => void parts.logs.set(`${namespace}/${name}/${previous}`, text),
    kubeconfig: (token, namespace = "default") => kubeconfigOf({ url, token, namespace }),
    cutWatches: () => parts.cutWatches(),
    close: () => close(server, sockets, parts),
  };
}

function close(server: Server, sockets: ReadonlySet<Socket>, parts: Parts): Promise<void> {
  parts.cutWatches();
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

function kubeconfigOf({ url, token, namespace }: { readonly url: string; readonly token: string; readonly namespace: string }): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    // Its client takes no server without TLS, unless it is told not to look at certificates.
    clusters: [{ name: "test", cluster: { server: url, "insecure-skip-tls-verify": true } }],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace } }],
  });
}

class Parts {
  readonly store: ObjectStore;
  readonly faults = new Faults();
  readonly requests: string[] = [];
  readonly users = new Map<string, User>([["admin", { name: "admin", rules: allowAll }]]);
  readonly logs = new Map<string, string>();
  readonly #resources: Resources;
  readonly #kinds: readonly Kind[];
  readonly #watches = new Set<() => void>();

  constructor({ nowMs = Date.now, lacks = [], collectsGarbage = true }: ApiServerOptions) {
    this.store = new ObjectStore(nowMs);
    this.#resources = new Resources(this.store);
    this.#kinds = kinds.filter((kind) => !lacks.includes(apiVersionOf(kind)));
    const namespaces = kinds.find(({ plural }) => plural === "namespaces")!;
    for (const name of ["default", "kube-system"]) {
      const place = { kind: namespaces, name: { resource: "namespaces", namespace: "", name }, subresource: "" };
      this.#resources.create(place, { metadata: { name } }, { manager: "kube-apiserver", isDryRun: false, isForced: false });
    }
    if (collectsGarbage)
      this.store.listen((event) => void (event.type === "DELETED" && setImmediate(() => collectGarbage(this.store, this.#kinds))));
  }

  cutWatches(): void {
    for (const cut of this.#watches) cut();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = readPath(request.method ?? "GET", request.url ?? "/");
    this.requests.push(`${request.method} ${request.url}`);
    const body = await readBody(request);
    try {
      const fault = this.faults.take({ method: request.method ?? "GET", path: request.url ?? "/" });
      if (fault && (await answerFault(fault, response))) return;
      this.#route(asked, { request, response, body });
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, String(error));
      send(response, refusal.code, refusal.toStatus());
    }
  }

  #route(asked: Asked, { request, response, body }: Exchange): void {
    const user = this.#userOf(request);
    const found = this.#discover(asked.segments);
    if (found) return send(response, 200, found);
    if (asked.resource === "selfsubjectaccessreviews") return send(response, 201, reviewAccess(user.rules, readJson(body)));
    if (asked.resource === "selfsubjectrulesreviews") return send(response, 201, reviewRules(user.rules, readJson(body)));
    const kind = this.#kinds.find((each) => each.group === asked.group && each.version === asked.version && each.plural === asked.resource);
    if (!kind || (asked.subresource !== "" && !kind.subresources.includes(asked.subresource)))
      throw new Refusal(404, "the server could not find the requested resource");
    this.#checkAccess(user, asked);
    const name = { resource: resourceOf(kind), namespace: asked.namespace, name: asked.name };
    const place = { kind, name, subresource: asked.subresource };
    if (verbOf(asked) === "watch") return this.#watch(kind, asked, response);
    if (verbOf(asked) === "list") return send(response, 200, listObjects(this.store, kind, asked));
    if (asked.subresource === "log") return this.#log(asked, response);
    const options = writeOptions(asked, request);
    switch (asked.method) {
      case "GET":
        return send(
          response,
          200,
          asked.subresource === "scale"
            ? this.#resources.patch(place, { type: "application/merge-patch+json", body: {} }, { ...options, isDryRun: true })
            : this.#resources.read(place),
        );
      case "POST":
        return send(response, 201, this.#resources.create(place, readJson(body), options));
      case "PUT":
        return send(response, 200, this.#resources.replace(place, readJson(body), options));
      case "PATCH": {
        const type = (request.headers["content-type"] ?? "").split(";")[0] ?? "";
        const isNew = this.store.get(name) === null;
        return send(response, isNew ? 201 : 200, this.#resources.patch(place, { type, body: readJson(body) }, options));
      }
      case "DELETE":
        return this.#delete(kind, asked, { response, body: body === "" ? {} : mapOf(readJson(body)), options });
      default:
        throw new Refusal(405, "the server does not allow this method on the requested resource");
    }
  }

  #delete(
    kind: Kind,
    asked: Asked,
    { response, body, options }: { readonly response: ServerResponse; readonly body: JsonMap; readonly options: WriteOptions },
  ): void {
    const resource = resourceOf(kind);
    const given = asked.query.get("gracePeriodSeconds");
    const words = given === null ? body : { ...body, gracePeriodSeconds: Number(given) };
    const isOrphaned = (asked.query.get("propagationPolicy") ?? body["propagationPolicy"]) === "Orphan";
    const remove = (object: KubeObject) => {
      const name = textOf(mapOf(object.metadata)["name"]);
      if (isOrphaned) this.#disown(textOf(mapOf(object.metadata)["uid"]));
      return this.#resources.delete(
        { kind, name: { resource, namespace: asked.namespace, name }, subresource: "" },
        words,
        options.isDryRun,
      );
    };
    if (asked.name === "") {
      const all = listOf(listObjects(this.store, kind, asked)["items"]) as readonly KubeObject[];
      for (const object of all) remove(object);
      return send(response, 200, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" });
    }
    const { object, isGone } = remove(
      this.#resources.read({ kind, name: { resource, namespace: asked.namespace, name: asked.name }, subresource: "" }),
    );
    const { name, uid } = mapOf(object.metadata);
    const done = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details: { name, kind: kind.plural, uid } };
    send(response, isGone || kind.plural !== "pods" ? 200 : 202, isGone ? done : object);
  }

  /** Nobody is owned by this object any more. */
  #disown(uid: string): void {
    for (const { name, object } of this.store.all()) {
      const owners = listOf(mapOf(object.metadata)["ownerReferences"]);
      const left = owners.filter((owner) => mapOf(owner)["uid"] !== uid);
      const kind = this.#kinds.find((each) => resourceOf(each) === name.resource);
      if (kind && left.length < owners.length)
        this.store.put(kind, { ...object, metadata: { ...mapOf(object.metadata), ownerReferences: left } }, object);
    }
  }

  #watch(kind: Kind, asked: Asked, response: ServerResponse): void {
    const end = watchObjects(this.store, kind, asked, response);
    this.#watches.add(end);
    response.on("close", () => this.#watches.delete(end));
  }

  #log({ namespace, name, query }: Asked, response: ServerResponse): void {
    const kind = this.#kinds.find(({ plural }) => plural === "pods")!;
    this.#resources.read({ kind, name: { resource: "pods", namespace, name }, subresource: "" });
    const text = this.logs.get(`${namespace}/${name}/${query.get("previous") === "true"}`);
    if (text === undefined) throw new Refusal(400, `pod ${name} does not have a host assigned`);
    const lines = text.split("\n");
    const tail = Number(query.get("tailLines") ?? lines.length);
    response.writeHead(200, { "content-type": "text/plain" }).end(lines.slice(-tail).join("\n"));
  }

  #userOf(request: IncomingMessage): User {
    const [, token = ""] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
    const user = this.users.get(token);
    if (!user) throw new Refusal(401, "Unauthorized");
    return user;
  }

  #checkAccess(user: User, asked: Asked): void {
    const resource = asked.subresource === "" ? asked.resource : `${asked.resource}/${asked.subresource}`;
    const attempt = { verb: verbOf(asked), group: asked.group, resource, namespace: asked.namespace, name: asked.name };
    if (allows(user.rules, attempt)) return;
    const what = asked.group === "" ? resource : `${resource}.${asked.group}`;
    const where = asked.namespace === "" ? "at the cluster scope" : `in the namespace "${asked.namespace}"`;
    throw new Refusal(
      403,
      `${what} "${asked.name}" is forbidden: User "${user.name}" cannot ${attempt.verb} resource "${resource}" in API group "${asked.group}" ${where}`,
    );
  }

  #discover(segments: readonly string[]): JsonMap | null {
    const path = segments.join("/");
    if (path === "version") return { major: "1", minor: "36", gitVersion: "v1.36.0", platform: "test" };
    if (path === "api") return { kind: "APIVersions", versions: ["v1"] };
    const versions = new Set(["authorization.k8s.io/v1", ...this.#kinds.map(apiVersionOf)]);
    if (path === "apis") return groupList([...versions].filter((version) => version !== "v1"));
    const version = segments[0] === "apis" ? segments.slice(1).join("/") : segments.slice(1).join("/");
    if (!versions.has(version) || (segments[0] === "api") !== (version === "v1")) return null;
    return {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: version,
      resources: discoveryOf(this.#kinds.filter((kind) => apiVersionOf(kind) === version)),
    };
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
}

function groupList(versions: readonly string[]): JsonMap {
  const groups = versions.map((groupVersion) => {
    const [name = "", version = ""] = groupVersion.split("/");
    return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
  });
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

/** Without a `fieldManager` the server takes the first part of the user agent. */
function writeOptions({ query }: Asked, request: IncomingMessage): WriteOptions {
  return {
    manager:
      query.get("fieldManager") ??
      (request.method === "PATCH" && request.headers["content-type"]?.startsWith("application/apply")
        ? ""
        : (request.headers["user-agent"] ?? "unknown").split("/")[0]!),
    isDryRun: query.get("dryRun") === "All",
    isForced: query.get("force") === "true",
  };
}

function readJson(body: string): KubeObject & readonly Json[] {
  try {
    const value = JSON.parse(body) as Json;
    if (isMap(value) || Array.isArray(value)) return value as KubeObject & readonly Json[];
  } catch {
    throw new Refusal(400, "the object provided is unrecognized: it is no JSON");
  }
  throw new Refusal(400, "the object provided is unrecognized: it is no object");
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, code: number, body: JsonMap): void {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}
