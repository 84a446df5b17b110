import type { JsonMap } from "./json.ts";
import { apiVersionOf } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { resourceOf } from "./object-store.ts";
import type { ObjectStore } from "./object-store.ts";
import { Refusal } from "./refusal.ts";
import type { Asked } from "./request-path.ts";
import { readSelectors } from "./selectors.ts";

/**
 * One page of a list.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
export function listObjects(store: ObjectStore, kind: Kind, { namespace, query }: Asked): JsonMap {
  const selects = readSelectors(query.get("labelSelector") ?? "", query.get("fieldSelector") ?? "");
  const all = store.list(resourceOf(kind), namespace).filter(selects);
  const limit = Number(query.get("limit") ?? 0) || all.length;
  const { from, version } = readToken(query.get("continue"), store);
  const items = all.slice(from, from + limit);
  const left = all.length - from - items.length;
  const more =
    left > 0
      ? { continue: Buffer.from(JSON.stringify({ from: from + limit, version })).toString("base64url"), remainingItemCount: left }
      : {};
  return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata: { resourceVersion: String(version), ...more }, items };
}

/** A token from before the last compaction is too old. */
function readToken(token: string | null, store: ObjectStore): { readonly from: number; readonly version: number } {
  if (token === null || token === "") return { from: 0, version: store.version };
  const read = JSON.parse(Buffer.from(token, "base64url").toString()) as { readonly from: number; readonly version: number };
  if (read.version < store.compacted)
    throw new Refusal(410, "The provided continue parameter is too old to display a consistent list result.");
  return read;
}
