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

/** Sends a call and answers its JSON. Throws a `PortError` for an answer that asking again does not change. */
export type Ask = (asked: Asked, signal: AbortSignal) => Promise<unknown>;

/** Asks with this token and patience. */
export function createAsk(exchange: Exchange, { token, withinMs }: { readonly token: string; readonly withinMs: number }): Ask {
  return async ({ control, method, path, body }, signal) => {
    const url = new URL(path, control).href;
    const shownAs = publicUrl(url);
    const headers = { authorization: `Bearer ${token}`, "content-type": "text/plain" };
    const { status, text } = await exchange({ method, url, shownAs, headers, body, withinMs }, signal);
    if (status === 200) return parseJson(text, `${method} ${shownAs}`);
    const says = `${method} ${shownAs}: nginx answered ${status} ${text.slice(0, 300)}`;
    throw new PortError(says, { retry: status >= 400 && status < 500 && status !== 429 ? "never" : "later" });
  };
}

function parseJson(text: string, asked: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${asked}: the answer is no JSON; is this nginx's control location of serin?`);
  }
}
