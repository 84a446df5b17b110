import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createClock } from "../../../engine/clock.ts";
import { createExchange } from "../../exchange.ts";
import { examineImages } from "./examine-images.ts";
import { lookUpImage, parseImage } from "./image-lookup.ts";
import type { ImageAnswer } from "./image-lookup.ts";
import { inEnglish } from "../../../../test/fixtures/said-checks.ts";

const never = new AbortController().signal;
const digest = `sha256:${"a".repeat(64)}`;

test.each([
  ["nginx", "registry-1.docker.io", "library/nginx", "latest"],
  ["acme/shop:1.2", "registry-1.docker.io", "acme/shop", "1.2"],
  ["docker.io/nginx:1", "registry-1.docker.io", "library/nginx", "1"],
  ["ghcr.io/acme/shop/web:v1.2-rc.1", "ghcr.io", "acme/shop/web", "v1.2-rc.1"],
  ["localhost:5000/shop", "localhost:5000", "shop", "latest"],
  ["localhost/shop:1", "localhost", "shop", "1"],
  [`ghcr.io/acme/shop:1.2@${digest}`, "ghcr.io", "acme/shop", digest],
])("%s is kept at %s as %s, %s", (text, host, repository, reference) => {
  expect(parseImage(text)).toEqual({ host, repository, reference });
});

test.each(["", "Shop:1", "shop:", "shop:1:2", "shop@sha256:ab", "a b", "/shop", "ghcr.io/", "https://ghcr.io/shop"])(
  "%j is no image",
  (text) => {
    expect(parseImage(text)).toBeNull();
  },
);

interface Registry {
  readonly host: string;
  readonly asked: readonly string[];
}

type Answering = (
  request: IncomingMessage,
  origin: string,
) => { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

async function registry(answer: Answering): Promise<Registry> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? "nobody"}`);
    const { status, headers = {}, body = "" } = answer(request, `http://${request.headers.host}`);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function lookUp({ host }: Pick<Registry, "host">): Promise<ImageAnswer> {
  return lookUpImage(createExchange(createClock()), { host, repository: "acme/shop", reference: "1" }, never);
}

test.each<[number, ImageAnswer]>([
  [200, { is: "there" }],
  [404, { is: "missing" }],
  [403, { is: "unknown", why: "the registry answers 403" }],
  [500, { is: "unknown", why: "the registry answers 500" }],
])("a registry that answers %i", async (status, answer) => {
  const place = await registry(() => ({ status }));
  expect(await lookUp(place)).toEqual(answer);
  expect(place.asked).toEqual(["/v2/acme/shop/manifests/1 nobody"]);
});

test("a token is fetched where one is wanted", async () => {
  const place = await registry(({ url, headers }, origin) => {
    if (url?.startsWith("/token")) return { status: 200, body: JSON.stringify({ token: "t1" }) };
    if (headers.authorization === "Bearer t1") return { status: 200 };
    return { status: 401, headers: { "www-authenticate": `Bearer realm="${origin}/token",service="shelf"` } };
  });
  expect(await lookUp(place)).toEqual({ is: "there" });
  expect(place.asked).toEqual([
    "/v2/acme/shop/manifests/1 nobody",
    "/token?service=shelf&scope=repository%3Aacme%2Fshop%3Apull nobody",
    "/v2/acme/shop/manifests/1 Bearer t1",
  ]);
});

test.each(['{"token":"a\\nb"}', "<html>", "{}"])("a token that is none (%s) is not used", async (body) => {
  const place = await registry(({ url }, origin) =>
    url?.startsWith("/token") ? { status: 200, body } : { status: 401, headers: { "www-authenticate": `Bearer realm="${origin}/token"` } },
  );
  expect(await lookUp(place)).toEqual({ is: "unknown", why: `${place.host} gives no token for acme/shop` });
});

test("nobody who answers is no image that is missing", async () => {
  expect(await lookUp({ host: "127.0.0.1:1" })).toEqual({
    is: "unknown",
    why: "GET http://127.0.0.1:1/v2/acme/shop/manifests/1: connection refused",
  });
});

test("each image is said: there, missing, hidden, or none", async () => {
  const place = await registry(({ url }) => ({ status: url?.includes("/web/") ? 200 : url?.includes("/api/") ? 404 : 401 }));
  const versions = { web: `${place.host}/web:1`, api: `${place.host}/api:1`, mail: `${place.host}/mail:1`, cart: "Cart 1" };
  const checks = await examineImages(createExchange(createClock()), versions, never);
  expect(inEnglish(checks).map(({ what, verdict, says }) => `${what.split(":")[0]} ${verdict}: ${says}`)).toEqual([
    `web ok: ${place.host} has it.`,
    `api wrong: ${place.host} does not have it.`,
    "mail doubtful: Whether it is there cannot be seen from here: the registry answers 401.",
    "cart wrong: This is no image.",
  ]);
});
