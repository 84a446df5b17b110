import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { Agent, request } from "undici";
import { afterEach, expect, test } from "vitest";
import { openRelay } from "./relay.ts";
import type { Relay } from "./relay.ts";
import { listen } from "./shop/listen.ts";
import type { Listening } from "./shop/listen.ts";

const open: (Listening | Relay)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** A target that never answers `/never`, and tells when it was asked for it. */
async function world(onNever: () => void = () => undefined): Promise<Relay> {
  const target = await listen(0, (incoming, response) => {
    if (incoming.url === "/never") onNever();
    else response.end("here");
  });
  const relay = await openRelay(target.url);
  open.push(relay, target);
  return relay;
}

const ask = async (url: string): Promise<string> => (await request(url)).body.text();

test("an open way answers as its target does, a cut one refuses, a mended one answers at the same address", async () => {
  const relay = await world();
  expect(await ask(relay.url)).toBe("here");
  await relay.cut();
  await expect(ask(relay.url)).rejects.toThrow("ECONNREFUSED");
  await relay.cut();
  await relay.mend();
  await relay.mend();
  expect(await ask(relay.url)).toBe("here");
});

test("cutting ends what is under way, and connections that are kept", async () => {
  const asked = Promise.withResolvers<void>();
  const relay = await world(() => asked.resolve());
  const agent = new Agent();
  const kept = await request(relay.url, { dispatcher: agent });
  expect(await kept.body.text()).toBe("here");
  const hanging = request(`${relay.url}/never`, { dispatcher: agent });
  const ended = hanging.then(
    () => "answered",
    (error: unknown) => String(error),
  );
  await asked.promise;
  await relay.cut();
  expect(await ended).toMatch(/other side closed|ECONNRESET/);
  await expect(request(relay.url, { dispatcher: agent })).rejects.toThrow("ECONNREFUSED");
  await agent.close();
});

test("a target that is gone ends the connection, and harms nobody else", async () => {
  const gone = await listen(0, () => undefined);
  await gone.close();
  const relay = await openRelay(gone.url);
  open.push(relay);
  await expect(ask(relay.url)).rejects.toThrow(/other side closed|ECONNRESET|socket hang up/);
});

test("who has said everything still hears the answer", async () => {
  const target = createServer({ allowHalfOpen: true }, (socket) => {
    let said = "";
    socket.on("data", (text) => (said += String(text)));
    socket.on("end", () => socket.end(`heard ${said}`));
  }).listen(0, "127.0.0.1");
  await once(target, "listening");
  const relay = await openRelay(`http://127.0.0.1:${(target.address() as AddressInfo).port}`);
  open.push(relay, { url: relay.url, close: async () => void target.close() });
  const socket = connect({ port: Number(new URL(relay.url).port), host: "127.0.0.1", allowHalfOpen: true });
  socket.end("show info");
  let heard = "";
  for await (const chunk of socket) heard += String(chunk);
  expect(heard).toBe("heard show info");
});
