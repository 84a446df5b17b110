import type { z } from "zod";
import { PortError } from "../../../ports.ts";
import type { Exchange } from "../../exchange.ts";
import { publicUrl } from "../../exchange.ts";

/** One call of the control location of `examples/nginx/serin.lua`. */
export interface Asked {
  readonly control: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly path: "/wanted" | "/seen" | "/attempt" | "/about";
  /** `null`: none. */
  readonly body: string | null;
}

/**
 * Sends a call and answers its JSON, as `schema` has it. Throws a `PortError` for an answer that asking again does not change, and an Error for
 * one that is not serin.lua's.
 */
export type Ask = <T>(asked: Asked, schema: z.ZodType<T>, signal: AbortSignal) => Promise<T>;

/** Asks with this token and patience. */
export function createAsk(exchange: Exchange, { token, withinMs }: { readonly token: string; readonly withinMs: number }): Ask {
  return async ({ control, method, path, body }, schema, signal) => {
    const url = new URL(path, control).href;
    const shownAs = publicUrl(url);
    const headers = { authorization: `Bearer ${token}`, "content-type": "text/plain" };
    const { status, text } = await exchange({ method, url, shownAs, headers, body, withinMs }, signal);
    if (status === 200) return readAs(schema, text, `${method} ${shownAs}`);
    const says = `${method} ${shownAs}: nginx answered ${status} ${text.slice(0, 300)}`;
    throw new PortError(says, { retry: status >= 400 && status < 500 && status !== 429 ? "never" : "later" });
  };
}

function readAs<T>(schema: z.ZodType<T>, text: string, asked: string): T {
  const read = schema.safeParse(parseJson(text));
  if (read.success) return read.data;
  const places = [...new Set(read.error.issues.map(({ path }) => path.join(".") || "all of it"))].slice(0, 5).join(", ");
  throw new Error(`${asked}: the answer is not that of serin.lua (wrong: ${places})`);
}

/** `undefined` for what is no JSON: no schema takes it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
