import { connect } from "node:net";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { smallApi } from "../../../test/fixtures/small-api.ts";
import type { SmallApi, SmallApiOptions } from "../../../test/fixtures/small-api.ts";
import { host, smallBrowser } from "../../../test/fixtures/small-browser.ts";
import type { Proxies } from "../../config/proxies-shape.ts";
import { readServer } from "../../config/server-file.ts";
import { smallAdapters } from "../../../test/fixtures/small-adapters.ts";
import type { CreateLinkAnswer } from "../contract/access.ts";
import type { ProblemAnswer } from "../contract.ts";
import { listen } from "../listen.ts";
import { CallerAddresses, placeOf } from "./caller-address.ts";

function proxiesOf(written: string): Proxies {
  const file = `apiVersion: serin.dev/v1\nkind: Server\npublicUrl: https://${host}\nproxies: ${written}\n`;
  const { server, problems } = readServer(file, "serin.yaml", smallAdapters());
  if (!server?.proxies) throw new Error(JSON.stringify(problems));
  return server.proxies;
}

const trusting = proxiesOf("{ trusted: [127.0.0.1, 10.0.0.0/8, fd00::/8] }");
const standard = proxiesOf("{ trusted: [127.0.0.1, 10.0.0.0/8, fd00::/8], header: forwarded }");

async function addressOf(proxies: Proxies | null, from: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const addresses = new CallerAddresses(proxies);
  const app = new Hono().get("/", (context) => context.text(addresses.of(context)));
  return (await app.request("/", { headers }, { incoming: { socket: { remoteAddress: from } } })).text();
}

test.each<[string, string, string, string]>([
  ["a proxy is believed", "127.0.0.1", "203.0.113.7", "203.0.113.7"],
  ["what the caller wrote himself stands further left, and is not read", "127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"],
  ["a chain is followed as far as it is trusted", "127.0.0.1", "198.51.100.1, 203.0.113.7, 10.1.2.3,10.9.9.9", "203.0.113.7"],
  ["a stranger is not believed", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["a stranger who claims to come from a proxy neither", "203.0.113.9", "198.51.100.1, 127.0.0.1", "203.0.113.9"],
  ["garbage names nobody: the last who could be read", "127.0.0.1", "203.0.113.7, <script>", "127.0.0.1"],
  ["garbage behind a proxy of ours", "127.0.0.1", "203.0.113.7, x, 10.1.2.3", "10.1.2.3"],
  ["nothing", "127.0.0.1", "", "127.0.0.1"],
  ["only commas", "127.0.0.1", ",,,,", "127.0.0.1"],
  ["no number is an address", "127.0.0.1", "2130706433", "127.0.0.1"],
  ["everybody is trusted", "127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"],
  ["IPv4 with a port", "127.0.0.1", "203.0.113.7:4711", "203.0.113.7"],
  ["IPv6 in brackets with a port", "::1", "[2001:db8::7]:4711", "::1"],
  ["IPv6 with a port, from a proxy of ours", "fd00::1", "[2001:DB8:0::7]:4711", "2001:db8::7"],
  ["IPv6 as it is", "127.0.0.1", "2001:db8::7", "2001:db8::7"],
  ["IPv4 in IPv6, on both ends", "::ffff:127.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"],
  ["quotes of a caller do not swallow the proxy's word", "127.0.0.1", '198.51.100.1", 203.0.113.7', "203.0.113.7"],
])("X-Forwarded-For: %s", async (_, from, said, address) => {
  expect(await addressOf(trusting, from, { "x-forwarded-for": said })).toBe(address);
});

test.each<[string, string, string]>([
  ["one", "for=203.0.113.7", "203.0.113.7"],
  ["IPv6 in quotes with a port", 'for="[2001:db8::7]:4711";proto=https', "2001:db8::7"],
  ["several, one by the caller", "For=198.51.100.1, by=10.0.0.3;FOR=203.0.113.7;host=shop.example", "203.0.113.7"],
  ["a caller's open quote", 'for="198.51.100.1, for=203.0.113.7', "203.0.113.7"],
  ["a caller's quote that the proxy's would close", 'for=198.51.100.1;x=", for="[2001:db8::7]"', "2001:db8::7"],
  ["a host with a comma in it", 'for=203.0.113.7;host="a, for=198.51.100.1"', "203.0.113.7"],
  ["hidden", "for=198.51.100.1, for=_hidden", "127.0.0.1"],
  ["unknown", "for=unknown", "127.0.0.1"],
  ["two in one", "for=198.51.100.1;for=203.0.113.7", "127.0.0.1"],
  ["none in it", "for=198.51.100.1, proto=https", "127.0.0.1"],
])("Forwarded: %s", async (_, said, address) => {
  expect(await addressOf(standard, "127.0.0.1", { forwarded: said })).toBe(address);
});

test("only the header that the file names is read: the other one may be the caller's own", async () => {
  const both = { "x-forwarded-for": "203.0.113.7", forwarded: "for=198.51.100.1" };
  expect(await addressOf(trusting, "127.0.0.1", both)).toBe("203.0.113.7");
  expect(await addressOf(standard, "127.0.0.1", both)).toBe("198.51.100.1");
  expect(await addressOf(trusting, "127.0.0.1", { forwarded: "for=198.51.100.1" })).toBe("127.0.0.1");
  expect(await addressOf(null, "127.0.0.1", both)).toBe("127.0.0.1");
});

test("a header as long as one may be is read, and costs next to nothing", async () => {
  const hostile = ['",'.repeat(7_500), `for="${"\\".repeat(15_000)}"`, ",".repeat(15_000), `${"a=b;".repeat(3_700)}for=`];
  const beganMs = performance.now();
  for (const said of hostile) {
    for (let times = 0; times < 20; times += 1) expect(await addressOf(standard, "127.0.0.1", { forwarded: said })).toBe("127.0.0.1");
  }
  // What grows with the square of its length takes minutes.
  expect(performance.now() - beganMs).toBeLessThan(10_000);
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:0:0:ffff::", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["", ""],
])("limits count %s as %s", (address, place) => expect(placeOf(address)).toBe(place));

test("what several lines of one header say is one list, as the proxy wrote it last", async () => {
  const addresses = new CallerAddresses(proxiesOf("{ trusted: [127.0.0.1] }"));
  const app = new Hono().get("/", (context) => context.text(addresses.of(context)));
  const listening = await listen(app, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => listening.close(0));
  const socket = connect(Number(new URL(listening.url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const lines = ["GET / HTTP/1.1", "Host: a", "X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 203.0.113.7", "Connection: close"];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  let answer = "";
  for await (const piece of socket.setEncoding("utf8")) answer += String(piece);
  expect(answer.split("\r\n\r\n")[1]).toContain("203.0.113.7");
});

const code = async (answer: Response): Promise<string> => ((await answer.json()) as ProblemAnswer).code;

/** Tries wrong tokens from one caller behind the proxy; the last answer. */
async function guess(api: SmallApi, times: number, said: (time: number) => string): Promise<string> {
  let last = "";
  for (let time = 0; time < times; time += 1) {
    const headers = { "x-forwarded-for": said(time) };
    last = await code(await api.call("GET", "/api/v1/releases", { as: "wrong", from: "127.0.0.1", headers }));
  }
  return last;
}

const behindProxy: SmallApiOptions = { publicUrl: `https://${host}`, proxies: trusting };

test("behind a proxy each address has its own tries, and who writes addresses himself gets no more of them", async () => {
  const api = await smallApi(behindProxy);
  expect(await guess(api, 31, (time) => `198.51.100.${time}, 203.0.113.7`)).toBe("too-many-tries");
  expect(await guess(api, 1, () => "203.0.113.8")).toBe("token-unknown");
  expect(api.logged.filter((line) => line.includes("too-many-tries")).map((line) => JSON.parse(line))).toMatchObject([
    { from: "203.0.113.7" },
  ]);
  expect(api.logged.filter((line) => line.includes('"denied"')).at(-1)).toContain('"from":"203.0.113.8"');
  const nobodyIsTrusted = await smallApi();
  expect(await guess(nobodyIsTrusted, 31, (time) => `203.0.113.${time}`)).toBe("too-many-tries");
});

test("whoever has a network of IPv6 has one place in it", async () => {
  const api = await smallApi(behindProxy);
  expect(await guess(api, 31, (time) => `2001:db8:1:2::${time.toString(16)}`)).toBe("too-many-tries");
  expect(await guess(api, 1, () => "2001:db8:1:3::1")).toBe("token-unknown");
});

test("what a proxy or a caller says of scheme and host opens nothing: not Secure, not the origin, not an address", async () => {
  const api = await smallApi({ proxies: trusting });
  const forged = {
    host,
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
    "x-forwarded-port": "443",
    forwarded: "host=evil.example",
  };
  const link = await api.call("POST", "/api/v1/links", { headers: forged, from: "127.0.0.1" });
  const { url } = (await link.json()) as CreateLinkAnswer;
  expect(new URL(url).origin).toBe("http://localhost");
  const from = { ...forged, origin: "https://evil.example" };
  const body = { code: url.split("#once=")[1] };
  expect(await code(await smallBrowser(api, from).call("POST", "/api/v1/session", { body }))).toBe("origin-wrong");
  const here = smallBrowser(api, { ...forged, origin: `http://${host}` });
  expect((await here.call("POST", "/api/v1/session", { body })).status).toBe(200);
  expect(here.told.at(-1)).not.toContain("Secure");
});
