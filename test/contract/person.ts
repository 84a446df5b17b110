import { Agent, request } from "undici";
import type { Dispatcher } from "undici";

/** What a person got for one request. */
export interface Got {
  readonly status: number;
  /** The version of the shop that answered; `null`: none did. */
  readonly version: string | null;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A client with a cookie jar of its own. */
export interface TestPerson {
  /** By name. */
  readonly cookies: Map<string, string>;
  /** Sends "GET /" or the like; a POST has `body`, or a form of one field. */
  readonly ask: (line: string, headers?: Readonly<Record<string, string>>, body?: string) => Promise<Got>;
  /** Asks for "/" as a browser does. */
  readonly load: () => Promise<Got>;
}

/** Makes people of one site, who share connections. A request that was broken off is sent again, at most `repeats` times. */
export function createPeople(
  url: string,
  { repeats } = { repeats: 0 },
): { readonly person: () => TestPerson; readonly close: () => Promise<void> } {
  const dispatcher = new Agent({ connections: 16, keepAliveTimeout: 1_000 });
  const person = (): TestPerson => {
    const cookies = new Map<string, string>();
    const ask = async (line: string, headers: Readonly<Record<string, string>> = {}, body = "x=1"): Promise<Got> => {
      const [method = "GET", path = "/"] = line.split(" ");
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const sent = cookie === "" ? headers : { cookie, ...headers };
      const exchange = async (left: number): Promise<{ readonly answer: Dispatcher.ResponseData; readonly text: string }> => {
        try {
          const answer = await request(`${url}${path}`, { dispatcher, method, headers: sent, ...(method === "POST" ? { body } : {}) });
          return { answer, text: await answer.body.text() };
        } catch (error) {
          if (left === 0) throw error;
          return exchange(left - 1);
        }
      };
      const { answer, text } = await exchange(repeats);
      for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
        const [name = "", value = ""] = (line.split(";", 1)[0] ?? "").split("=", 2);
        cookies.set(name, value);
      }
      const version = answer.headers["x-version"];
      return { status: answer.statusCode, version: typeof version === "string" ? version : null, headers: answer.headers, text };
    };
    return { cookies, ask, load: () => ask("GET /", { accept: "text/html" }) };
  };
  return { person, close: () => dispatcher.close() };
}

/** A person whose second page load, the first that brings a cookie, is served by `arm`; tries new ones until one is drawn there. */
export async function personOn(world: { readonly person: () => TestPerson }, arm: "canary" | "stable"): Promise<TestPerson> {
  for (let tries = 0; tries < 200; tries += 1) {
    const one = world.person();
    await one.load();
    if ((await one.load()).version === arm) return one;
  }
  throw new Error(`nobody was drawn to ${arm}`);
}
