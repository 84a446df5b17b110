import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { signWebhook } from "../src/adapters/notices/webhook.ts";
import { exists, filesBelow, textOf, top } from "./tree.ts";

const headings = ["What it does", "Configure", "Permissions it needs", "What it cannot do", "Failures"];
const ports = ["metrics", "notices", "stores", "traffic", "workloads"] as const;
type Port = (typeof ports)[number];

interface Listed {
  readonly port: Port;
  readonly kind: string;
  readonly says: string;
}

async function listed(): Promise<readonly Listed[]> {
  const all: Listed[] = [];
  for (const port of ports) {
    const list = (await import(pathToFileURL(`${top}/src/adapters/${port}/list.ts`).href)) as Record<string, readonly Listed[]>;
    for (const definition of Object.values(list).flat()) all.push({ port, kind: definition.kind, says: definition.says });
  }
  return all;
}

describe("every adapter", async () => {
  const adapters = await listed();

  test.each(adapters)("$port $kind has its page with the five headings", ({ kind }) => {
    const page = `docs/adapters/${kind}.md`;
    expect(exists(page)).toBe(true);
    expect([...textOf(page).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(headings);
  });

  test.each(adapters)("$port $kind stands in the list of docs/adapters", ({ port, kind }) => {
    const named = { metrics: "metric source", notices: "notifier", stores: "store", traffic: "traffic router", workloads: "workloads" }[
      port
    ];
    expect(textOf("docs/adapters/README.md")).toContain(`| ${named} | [\`${kind}\`](${kind}.md) |`);
  });

  test.each(adapters)("$port $kind says what it is in one sentence", ({ says }) => {
    expect(says).toMatch(/^(?:[A-Z]|serin's )[^\n]{10,}\.$/);
  });

  test("every page of docs/adapters belongs to an adapter", () => {
    const pages = new Set([...adapters.map(({ kind }) => `docs/adapters/${kind}.md`), "docs/adapters/README.md"]);
    expect(filesBelow("docs/adapters").filter((path) => !pages.has(path))).toEqual([]);
  });
});

test("the receiver that docs/adapters/webhook.md shows accepts what is signed, and nothing else", async () => {
  const script = /```js\n([\s\S]*?)```/.exec(textOf("docs/adapters/webhook.md"))?.[1] ?? "";
  const module = `data:text/javascript,${encodeURIComponent(`${script}\nexport { isFromSerin };`)}`;
  const { isFromSerin } = (await import(/* @vite-ignore */ module)) as {
    readonly isFromSerin: (headers: Readonly<Record<string, string>>, body: string, secret: string, nowSeconds: number) => boolean;
  };
  const secretOf = (text: string): string => `whsec_${Buffer.from(text.repeat(4)).toString("base64")}`;
  const signed = { id: "msg_1", body: '{"title":"é"}', secret: secretOf("0123456789"), atMs: 1_755_600_000_000 };
  const headers = signWebhook(signed);
  expect(isFromSerin(headers, signed.body, signed.secret, 1_755_600_000)).toBe(true);
  expect(isFromSerin(headers, `${signed.body} `, signed.secret, 1_755_600_000)).toBe(false);
  expect(isFromSerin({ ...headers, "webhook-id": "msg_2" }, signed.body, signed.secret, 1_755_600_000)).toBe(false);
  expect(isFromSerin(headers, signed.body, secretOf("another 10"), 1_755_600_000)).toBe(false);
  expect(isFromSerin(headers, signed.body, signed.secret, 1_755_600_301)).toBe(false);
  expect(isFromSerin({ ...headers, "webhook-signature": "nonsense" }, signed.body, signed.secret, 1_755_600_000)).toBe(false);
});
