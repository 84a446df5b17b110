import type { Route } from "../http/contract.ts";
import type { Client } from "./client.ts";

/** Everything of a list that comes in pages, whose `next` is the `after` of the page behind. */
export async function allPages<Answer extends { readonly next: string | null }, Item>(
  client: Client,
  route: Route,
  itemsOf: (answer: Answer) => readonly Item[],
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (let after: string | null = ""; after !== null;) {
    const query: Readonly<Record<string, string>> = after === "" ? {} : { after };
    const answer: Answer = await client.call<Answer>(route, { query });
    all.push(...itemsOf(answer));
    after = answer.next;
  }
  return all;
}
