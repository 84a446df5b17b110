import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

const require = createRequire(import.meta.url);

/** The script of pages, ready to be sent. */
export interface BeaconScript {
  /** Its text. */
  readonly text: string;
  /** Answers a GET or HEAD for it. */
  send(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * Puts the script together: the ready-made bundle of the package `web-vitals` and our own watching, in one function so that the page gets no global
 * name. Browsers may keep it for an hour, and ask then whether it is still the same. Throws when a file is missing: the edge was not installed
 * whole.
 */
export function createBeaconScript(): BeaconScript {
  const vitals = readFileSync(join(dirname(require.resolve("web-vitals")), "web-vitals.iife.js"), "utf8");
  const own = readFileSync(new URL("beacon-page.js", import.meta.url), "utf8");
  const text = `(() => {\n/* web-vitals, https://github.com/GoogleChrome/web-vitals, Apache-2.0 */\n${vitals.replace(/^\/\/# sourceMappingURL=.*$/m, "")}\n${own}})();\n`;
  const plain = Buffer.from(text, "utf8");
  const zipped = gzipSync(plain, { level: 9 });
  const etag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`;
  return {
    text,
    send(request, response) {
      const headers = { "cache-control": "public, max-age=3600", etag, vary: "accept-encoding", "x-content-type-options": "nosniff" };
      if (request.headers["if-none-match"] === etag) return void response.writeHead(304, headers).end();
      const isZipped = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
      const body = isZipped ? zipped : plain;
      response.writeHead(200, {
        ...headers,
        "content-type": "text/javascript; charset=utf-8",
        "content-length": body.length,
        ...(isZipped ? { "content-encoding": "gzip" } : {}),
      });
      response.end(request.method === "HEAD" ? undefined : body);
    },
  };
}
