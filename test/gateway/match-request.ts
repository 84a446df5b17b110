import type { IncomingMessage } from "node:http";

/** A route as a gateway reads it from the API; what is left out has its default. */
export interface ReadRoute {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly creationTimestamp: string; readonly generation: number };
  readonly spec: {
    readonly rules?: readonly ReadRule[];
    readonly parentRefs?: readonly { readonly name: string; readonly namespace?: string }[];
  };
  readonly status?: unknown;
}

export interface ReadRule {
  readonly matches?: readonly ReadMatch[];
  readonly filters?: readonly ReadFilter[];
  readonly backendRefs?: readonly ReadBackend[];
}

interface ReadMatch {
  readonly path?: { readonly type?: string; readonly value?: string };
  readonly headers?: readonly { readonly type?: string; readonly name: string; readonly value: string }[];
  readonly method?: string;
}

interface Header {
  readonly name: string;
  readonly value: string;
}

interface Modifier {
  readonly set?: readonly Header[];
  readonly add?: readonly Header[];
  readonly remove?: readonly string[];
}

export interface ReadFilter {
  readonly type: string;
  readonly requestHeaderModifier?: Modifier;
  readonly responseHeaderModifier?: Modifier;
}

export interface ReadBackend {
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
  readonly weight?: number;
  readonly filters?: readonly ReadFilter[];
}

interface Candidate {
  readonly route: ReadRoute;
  readonly rule: ReadRule;
  readonly rank: readonly (number | string)[];
}

/**
 * The rule that a request falls under, as the specification has it: over all routes, an exact path, then the longest prefix, then a method, then the
 * most headers; then the oldest route, its name, and its first rule. `null`: none.
 *
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */
export function ruleFor(routes: readonly ReadRoute[], request: Pick<IncomingMessage, "method" | "url" | "headers">): Candidate | null {
  const candidates = routes.flatMap((route) =>
    (route.spec.rules ?? []).flatMap((rule, index) =>
      (rule.matches ?? [{}])
        .filter((match) => isMatch(match, request))
        .map((match) => ({ route, rule, rank: rankOf(route, match, index) })),
    ),
  );
  return candidates.toSorted((a, b) => inOrder(a.rank, b.rank))[0] ?? null;
}

function rankOf({ metadata }: ReadRoute, { path, method, headers = [] }: ReadMatch, index: number): readonly (number | string)[] {
  const isExact = path?.type === "Exact";
  return [
    isExact ? 0 : 1,
    isExact ? 0 : -(path?.value ?? "/").length,
    method === undefined ? 1 : 0,
    -headers.length,
    metadata.creationTimestamp,
    `${metadata.namespace}/${metadata.name}`,
    index,
  ];
}

function inOrder(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  if (at === -1) return 0;
  return (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
}

function isMatch({ path, method, headers = [] }: ReadMatch, request: Pick<IncomingMessage, "method" | "url" | "headers">): boolean {
  if (method !== undefined && method !== request.method) return false;
  const asked = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const value = path?.value ?? "/";
  const prefix = value.replace(/\/$/, "");
  const isPath = path?.type === "Exact" ? asked === value : asked === prefix || asked.startsWith(`${prefix}/`);
  return isPath && headers.every((header) => isHeader(header, request));
}

function isHeader(
  header: { readonly type?: string; readonly name: string; readonly value: string },
  { headers }: Pick<IncomingMessage, "headers">,
): boolean {
  const said = headers[header.name.toLowerCase()];
  if (said === undefined) return false;
  return header.type === "RegularExpression" ? new RegExp(`^(?:${header.value})$`).test(String(said)) : String(said) === header.value;
}

/** The backend that `chance` (0-1) falls on, by the weights. */
export function backendFor({ backendRefs = [] }: ReadRule, chance: number): ReadBackend | null {
  const total = backendRefs.reduce((sum, { weight = 1 }) => sum + weight, 0);
  let left = chance * total;
  for (const backend of backendRefs) {
    left -= backend.weight ?? 1;
    if (left < 0) return backend;
  }
  return null;
}
