import { NoAnswer } from "../../exchange.ts";
import type { Answer, Exchange } from "../../exchange.ts";

/** Where an image is kept, and under which name. */
export interface ImageReference {
  /** The host that answers, with its port: "ghcr.io". */
  readonly host: string;
  readonly repository: string;
  /** A tag, or a digest "sha256:…". */
  readonly reference: string;
}

/** `unknown`: nobody could say; `why` is a sentence without its full stop. */
export type ImageAnswer = { readonly is: "there" } | { readonly is: "missing" } | { readonly is: "unknown"; readonly why: string };

/** Docker's own images are named without a host. */
const docker = { name: "docker.io", host: "registry-1.docker.io" };
/** What a manifest may be. Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const manifests = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
const withinMs = 4_000;

/**
 * The parts of "ghcr.io/acme/shop:1.2" as container runtimes read them; `null` when it is no image. Without a tag it is "latest"; a digest stands
 * above a tag.
 *
 * Source: https://pkg.go.dev/github.com/distribution/reference
 */
export function parseImage(text: string): ImageReference | null {
  const parts = /^(?:([^/@]+)\/)?([^@:]+(?:\/[^@:]+)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text);
  if (parts === null) return null;
  const [, first, rest = "", tag, digest] = parts;
  const isHost = first !== undefined && (/[.:]/.test(first) || first === "localhost");
  const path = isHost || first === undefined ? rest : `${first}/${rest}`;
  if (!/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/.test(path)) return null;
  const isDocker = !isHost || first === docker.name;
  return {
    host: isDocker ? docker.host : first,
    repository: isDocker && !path.includes("/") ? `library/${path}` : path,
    reference: digest ?? tag ?? "latest",
  };
}

/**
 * Asks the registry whether it has the image, as somebody without a login: with a token where the registry gives one to everybody. Throws only the
 * signal's reason. Registries of this machine ("localhost:5000") are asked without TLS, as container runtimes do.
 */
export async function lookUpImage(exchange: Exchange, image: ImageReference, signal: AbortSignal): Promise<ImageAnswer> {
  const { host, repository, reference } = image;
  const scheme = /^(?:localhost|127\.0\.0\.1)(?::|$)/.test(host) ? "http" : "https";
  const url = `${scheme}://${host}/v2/${repository}/manifests/${encodeURIComponent(reference)}`;
  const ask = (headers: Readonly<Record<string, string>>): Promise<Answer> =>
    exchange({ method: "GET", url, shownAs: url, headers: { accept: manifests, ...headers }, body: null, withinMs }, signal);
  try {
    const first = await ask({});
    const challenge = first.status === 401 ? readChallenge(first.headers["www-authenticate"] ?? "", scheme) : null;
    if (challenge === null) return sayAnswer(first);
    const token = await fetchToken(exchange, { challenge, repository }, signal);
    if (token === null) return { is: "unknown", why: `${host} gives no token for ${repository}` };
    return sayAnswer(await ask({ authorization: `Bearer ${token}` }));
  } catch (error) {
    if (error instanceof NoAnswer) return { is: "unknown", why: error.message };
    throw error;
  }
}

function sayAnswer({ status }: Answer): ImageAnswer {
  if (status === 200) return { is: "there" };
  if (status === 404) return { is: "missing" };
  return { is: "unknown", why: `the registry answers ${status}` };
}

interface Challenge {
  readonly realm: string;
  readonly service: string;
}

/** `null`: it wants no token, or one from an address that is less safe than its own. */
function readChallenge(header: string, scheme: string): Challenge | null {
  if (!/^bearer /i.test(header)) return null;
  const word = (name: string): string => new RegExp(`${name}="([^"]*)"`, "i").exec(header)?.[1] ?? "";
  const realm = word("realm");
  return realm.startsWith("https://") || (scheme === "http" && realm.startsWith("http://")) ? { realm, service: word("service") } : null;
}

interface AskedToken {
  readonly challenge: Challenge;
  readonly repository: string;
}

/** Source: https://distribution.github.io/distribution/spec/auth/token/ */
async function fetchToken(exchange: Exchange, { challenge, repository }: AskedToken, signal: AbortSignal): Promise<string | null> {
  const url = new URL(challenge.realm);
  url.searchParams.set("service", challenge.service);
  url.searchParams.set("scope", `repository:${repository}:pull`);
  const shownAs = `${url.origin}${url.pathname}`;
  const answer = await exchange({ method: "GET", url: url.href, shownAs, headers: {}, body: null, withinMs }, signal);
  return answer.status === 200 ? tokenIn(answer.text) : null;
}

function tokenIn(text: string): string | null {
  try {
    const { token, access_token: other } = JSON.parse(text) as { readonly token?: unknown; readonly access_token?: unknown };
    const found = token ?? other;
    return typeof found === "string" && /^[\x21-\x7e]+$/.test(found) ? found : null;
  } catch {
    return null;
  }
}
