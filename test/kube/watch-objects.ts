import type { ServerResponse } from "node:http";
import type { JsonMap } from "./json.ts";
import { apiVersionOf } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { resourceOf } from "./object-store.ts";
import type { ObjectEvent, ObjectStore } from "./object-store.ts";
import { Refusal } from "./refusal.ts";
import type { Asked } from "./request-path.ts";
import { readSelectors } from "./selectors.ts";

/** Between two bookmarks, ms: a real server takes about a minute. */
const bookmarkEveryMs = 100;

/**
 * Tells the changes after `resourceVersion`, or first what there is without one, until the time is over or the client goes; answers what ends it.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function watchObjects(store: ObjectStore, kind: Kind, { namespace, query }: Asked, response: ServerResponse): () => void {
  const resource = resourceOf(kind);
  const selects = readSelectors(query.get("labelSelector") ?? "", query.get("fieldSelector") ?? "");
  const from = query.get("resourceVersion") ?? "";
  const say = (type: string, object: JsonMap): void => void response.write(`${JSON.stringify({ type, object })}\n`);
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  if (from !== "" && from !== "0" && Number(from) < store.compacted) {
    say("ERROR", new Refusal(410, `too old resource version: ${from} (${store.compacted})`).toStatus());
    response.end();
    return () => undefined;
  }
  const tell = (event: ObjectEvent): void => {
    const type = typeFor(event, { resource, namespace, selects });
    if (type !== null) say(type, event.object);
  };
  if (from === "" || from === "0") for (const object of store.list(resource, namespace).filter(selects)) say("ADDED", object);
  else for (const event of store.since(Number(from))) tell(event);
  const stopListening = store.listen(tell);
  const bookmark = (): void =>
    say("BOOKMARK", {
      kind: kind.kind,
      apiVersion: apiVersionOf(kind),
      metadata: { resourceVersion: String(store.version), creationTimestamp: null },
    });
  const timer = query.get("allowWatchBookmarks") === "true" ? setInterval(bookmark, bookmarkEveryMs) : undefined;
  const over = setTimeout(() => response.end(), Number(query.get("timeoutSeconds") ?? 1_800) * 1_000);
  response.on("close", () => {
    stopListening();
    clearInterval(timer);
    clearTimeout(over);
  });
  return () => void response.destroy();
}

interface Watched {
  readonly resource: string;
  readonly namespace: string;
  readonly selects: (object: JsonMap) => boolean;
}

/** How a watch with selectors sees a change: what stops to be meant is deleted for it; `null`: it does not see it. */
function typeFor({ type, resource, object, before }: ObjectEvent, watched: Watched): string | null {
  const metadata = object.metadata ?? {};
  if (resource !== watched.resource || (watched.namespace !== "" && metadata["namespace"] !== watched.namespace)) return null;
  const [was, is] = [before !== null && watched.selects(before), watched.selects(object)];
  if (type === "DELETED") return was ? "DELETED" : null;
  if (was && is) return "MODIFIED";
  return is ? "ADDED" : was ? "DELETED" : null;
}
