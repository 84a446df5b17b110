/** A request to the API, taken apart. Empty texts: not said. */
export interface Asked {
  readonly method: string;
  readonly segments: readonly string[];
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
  readonly query: URLSearchParams;
}

/** Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#standard-api-terminology */
export function readPath(method: string, url: string): Asked {
  const { pathname, searchParams } = new URL(url, "http://api");
  const segments = pathname
    .split("/")
    .filter((segment) => segment !== "")
    .map(decodeURIComponent);
  const isCore = segments[0] === "api";
  const [group, version] = isCore ? ["", segments[1] ?? ""] : [segments[1] ?? "", segments[2] ?? ""];
  const rest = segments.slice(isCore ? 2 : 3);
  const isWithin = rest[0] === "namespaces" && rest.length > 2;
  const [resource = "", name = "", subresource = ""] = isWithin ? rest.slice(2) : rest;
  return { method, segments, group, version, namespace: isWithin ? (rest[1] ?? "") : "", resource, name, subresource, query: searchParams };
}

/** The verb that access rules know. */
export function verbOf({ method, name, query }: Asked): string {
  const isWatch = ["1", "true"].includes(query.get("watch") ?? "");
  if (method === "GET") return isWatch ? "watch" : name === "" ? "list" : "get";
  if (method === "DELETE") return name === "" ? "deletecollection" : "delete";
  return { POST: "create", PUT: "update", PATCH: "patch" }[method] ?? method.toLowerCase();
}
