/** "POST /api/login" as the edge matches it: one method, one path, the query left out. */
export interface RequestPattern {
  readonly method: string;
  readonly path: string;
}

/** Reads "METHOD /path". Throws when it is anything else: the plan's own check has refused it before. */
export function parseRequestPattern(text: string): RequestPattern {
  const parts = /^([A-Z]+) (\/\S*)$/.exec(text.trim());
  if (parts === null) throw new Error(`"${text}" is not a request: write METHOD /path, for example POST /api/login`);
  const [, method = "", path = ""] = parts;
  return { method, path };
}

/** True when a request with this method and this path, query left out, is meant. A trailing slash makes no difference. */
export function isRequest(pattern: RequestPattern, request: { readonly method: string; readonly path: string }): boolean {
  return pattern.method === request.method && withoutSlash(pattern.path) === withoutSlash(request.path);
}

/** The path of a request target without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

const hashedName = /[-.]([\w-]{8,})\.(?:js|mjs|css|map|json|wasm|svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|otf)$/;

/**
 * True for a path whose file name carries a hash of its content (`/assets/app-3f2a9c1b.js`): it exists in one version only, and wherever it
 * exists it is the same, so the other arm may answer for it.
 */
export function isHashedAsset(path: string): boolean {
  const hash = hashedName.exec(path)?.[1];
  return hash !== undefined && (/\d/.test(hash) || /[a-z][A-Z]|[A-Z][a-z]/.test(hash));
}
