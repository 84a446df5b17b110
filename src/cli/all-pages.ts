import type { Route } from "../http/contract.ts";
import type { Client } from "./client.ts";

/** Every page of a list whose `next` is the `after` of the page behind. */
export async function allPages<Answer extends { readonly next: string | null }>(client: Client, route: Route): Promise<readonly Answer[]> {
  const pages: Answer[] = [];
  for (let after: string | null = ""; after !== null;) {
    const query: Readonly<Record<string, string>> = after === "" ? {} : { after };
    const page: Answer = await client.call<Answer>(route, { query });
    pages.push(page);
    after = page.next;
  }
  return pages;
}
