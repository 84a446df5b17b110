import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { email } from "../src/adapters/notices/email.ts";
import { mailOf } from "../src/adapters/notices/email/mail.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Notifier } from "../src/ports.ts";
import { noticesContract, sampleNotice } from "./contract/notices.ts";
import { notifierFaults } from "./contract/notifier-faults.ts";
import type { Fault } from "./contract/notifier-faults.ts";
import { temporaryFolder } from "./fixtures/folder.ts";
import { startSmallMail } from "./fixtures/small-mail.ts";
import type { SmallMail } from "./fixtures/small-mail.ts";
import { samplePlan } from "./sample-plan.ts";
import { examinationOf, sampleNoticeOf } from "./sample-notices.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const never = new AbortController().signal;
const clock = createClock();
const recipients = { stakeholders: ["ada@shop.example", "bob@shop.example", "eve@shop.example"] };
const all = recipients.stakeholders;
const from = "serin à l’œuvre <serin@shop.example>";
const tlsOf = (ca: string | null) => (ca === null ? null : { ca, cert: null, key: null });

const connectionTo = ({ url, ca }: { readonly url: string; readonly ca: string | null }, options: object = {}) =>
  email.connection.parse({ url, from, recipients, tls: tlsOf(ca), ...options });

async function stage(tls: Parameters<typeof startSmallMail>[0] = "starttls", options: object = {}) {
  const server = await startSmallMail(tls);
  onTestFinished(() => server.close());
  const dataDir = await temporaryFolder();
  const start = (more: object = {}): Notifier =>
    email.create(connectionTo({ url: server.url, ca: tls === "none" ? null : server.ca }, { ...options, ...more }), { clock, dataDir });
  return { server, start, dataDir };
}

const toAll = (name: string, revision?: number) => sampleNoticeOf(name, { notifier: "email", to: "stakeholders" }, revision);

noticesContract("email", async () => {
  // Its receiver is in front of the mail server, so that it can refuse and hang as a network does.
  const server = await startSmallMail();
  let mode: "passes" | "refuses" | "hangs" = "passes";
  const waiting: (() => void)[] = [];
  const { port, close } = await startListener((socket) => {
    for (const resolve of waiting.splice(0)) resolve();
    if (mode === "refuses") socket.destroy();
    if (mode !== "passes") return;
    void import("node:net").then(({ connect }) => {
      const onward = connect(server.port, "127.0.0.1");
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on("error", () => void (socket.destroy(), onward.destroy()));
    });
  });
  const url = server.url.replace(String(server.port), String(port));
  const groups = { "#releases": ["ada@shop.example"] };
  return {
    notifier: email.create(connectionTo({ url, ca: server.ca }, { recipients: groups }), { clock, dataDir: await temporaryFolder() }),
    // Whom it is for is the group; those who are in it are in the envelope.
    received: () => server.arrived.map(({ mail, to }) => `#releases ${to.join()} ${mail.text} ${mail.html}`.replaceAll("\t", " ")),
    fail: () => void (mode = "refuses"),
    recover: () => void (mode = "passes"),
    hang: () => void (mode = "hangs"),
    reached: () => new Promise((resolve) => waiting.push(resolve)),
    secret: server.password,
    close: async () => {
      await close();
      await server.close();
    },
  };
});

async function startListener(onSocket: (socket: Socket) => void): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

describe("faults", () => {
  const password = "a-secret-that-nobody-may-see";
  const towards = async (port: number, changes: object = {}): Promise<Notifier> =>
    email.create(
      connectionTo(
        { url: `smtp://serin:${password}@127.0.0.1:${port}`, ca: null },
        { recipients: { "#releases": all }, timeout: "20s", ...changes },
      ),
      { clock, dataDir: await temporaryFolder() },
    );
  /** A server that says `greeting`, and to each line what `replies` says of its first word. */
  const talking = async (greeting: string, replies: Readonly<Record<string, string>> = {}): Promise<number> => {
    const { port, close } = await startListener((socket) => {
      socket.write(greeting);
      socket.on("data", (line) => socket.write(replies[String(line).slice(0, 4).toUpperCase()] ?? "250 ok\r\n"));
    });
    onTestFinished(close);
    return port;
  };
  const hello = { EHLO: "250-here\r\n250 AUTH PLAIN\r\n", AUTH: "235 welcome\r\n" };
  const plain = { encryption: "none" };
  const faults: Readonly<Record<Fault, () => Promise<Notifier>>> = {
    hangs: async () => towards(await talking(""), { timeout: "400ms" }),
    "refuses the connection": async () => {
      const { port, close } = await startListener(() => undefined);
      await close();
      return towards(port);
    },
    "does not know us": async () => towards(await talking("220 here\r\n", { ...hello, AUTH: `535 5.7.8 not ${password}\r\n` }), plain),
    "forbids it": async () => towards(await talking("220 here\r\n", { ...hello, MAIL: `550 5.7.1 ${password} may not send\r\n` }), plain),
    "asks for time": async () => towards(await talking("421 4.7.0 too many connections\r\n"), plain),
    "is broken": async () => towards(await talking("220 here\r\n", { ...hello, MAIL: "451 4.3.0 internal error\r\n" }), plain),
    "sends half an answer": async () => {
      const { port, close } = await startListener((socket) => void socket.write("220-he", () => socket.destroy()));
      onTestFinished(close);
      return towards(port);
    },
    "never stops answering": async () => {
      const { port, close } = await startListener((socket) => {
        const more = (): void => void (socket.destroyed || socket.write("220-more and more\r\n".repeat(10_000), () => setImmediate(more)));
        more();
      });
      onTestFinished(close);
      return towards(port);
    },
    "answers nonsense": async () => towards(await talking("<html>Bad Gateway</html>\r\n")),
    "has a certificate that nobody trusts": async () => {
      const server = await startSmallMail();
      onTestFinished(() => server.close());
      return towards(server.port);
    },
  };
  notifierFaults("email", {
    suffer: (fault) => faults[fault](),
    secrets: [password],
    // SMTP has no word for how long.
    saysHowLong: [],
  });

  test("a server that offers no STARTTLS gets no password", async () => {
    const port = await talking("220 here\r\n", { EHLO: "250 here\r\n", STAR: "502 no\r\n" });
    await expect((await towards(port)).send(sampleNotice, never)).rejects.toThrow("it offers no STARTTLS (502): use smtps://");
  });
});

describe("a mail", () => {
  test.each(["starttls", "from the start"] as const)("travels encrypted, %s, as the user that the password proves", async (tls) => {
    const { server, start } = await stage(tls);
    await start().send(toAll("created"), never);
    expect(server.arrived).toMatchObject([{ isEncrypted: true, from: "serin@shop.example", to: all }]);
  });

  test("travels in the clear only where the server's file says so", async () => {
    const { server, start } = await stage("none");
    await expect(start().send(toAll("created"), never)).rejects.toThrow("STARTTLS");
    await start({ encryption: "none" }).send(toAll("created"), never);
    expect(server.arrived).toMatchObject([{ isEncrypted: false }]);
  });

  test("a wrong password is told, and not shown", async () => {
    const { server, start } = await stage();
    const sending = start({ url: server.url.replace(/:[^:@]*@/, ":wr0ng-secret@") }).send(toAll("created"), never);
    await expect(sending).rejects.toThrow(/it does not take the user and password \(535\)/);
    await expect(sending).rejects.not.toThrow("wr0ng-secret");
  });

  test("has text and HTML, says that a program sent it, and to which list it belongs", async () => {
    const { server, start } = await stage();
    await start({ replyTo: "releases@shop.example" }).send(toAll("rolling back at once"), never);
    const { mail } = server.arrived[0]!;
    expect(mail.from?.text).toBe('"serin à l’œuvre" <serin@shop.example>');
    expect(mail.replyTo?.text).toBe("releases@shop.example");
    expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
    expect(mail.headers.get("list")).toMatchObject({ id: { id: "ecomsimply.serin.shop.example" } });
    expect(mail.headers.get("priority")).toBe("high");
    expect(mail.text).toContain("«\u00a05xx-rate > 1%\u00a0» est franchi");
    expect(mail.html).toContain("<h1");
    expect(mail.date).toEqual(new Date("2025-08-19T12:07:00.000Z"));
  });

  test("of one release is one thread, of another another, and the same at every try", async () => {
    const { server, start } = await stage();
    for (const revision of [1, 2, 3]) await start().send(toAll("rolled back", revision), never);
    await start().send(toAll("rolled back", 3), never);
    await start().send(sampleNoticeOf("created", { notifier: "email", to: "stakeholders", id: "r-2" }), never);
    const [first, second, third, again, other] = server.arrived.map(({ mail }) => mail);
    expect(new Set([first, second, third].map((mail) => mail?.subject)).size).toBe(1);
    expect(first?.subject).toContain("ECOMSIMPLY");
    expect([first?.inReplyTo, first?.references]).toEqual([undefined, undefined]);
    expect(second).toMatchObject({ inReplyTo: first?.messageId, references: first?.messageId });
    expect(third).toMatchObject({ inReplyTo: second?.messageId, references: [first?.messageId, second?.messageId] });
    expect(again).toMatchObject({ messageId: third?.messageId, text: third?.text, html: third?.html });
    expect(other?.messageId).not.toBe(first?.messageId);
    expect(other?.subject).not.toBe(first?.subject);
    expect(first?.messageId).toMatch(/^<[0-9a-f]{40}@shop\.example>$/);
  });

  test("cannot be given a header, a recipient or markup by a text from outside", async () => {
    const { server, start } = await stage();
    const evil = 'x\r\nBcc: mallory@evil.example\r\n\r\n<script>alert(1)</script><img src=x onerror=alert(1)> "\u202e';
    const plan = { ...samplePlan, title: evil, version: evil, environment: evil };
    const notice = { ...sampleNoticeOf("created", { notifier: "email", to: "stakeholders", plan, id: evil }), title: evil, lines: [evil] };
    await start().send(notice, never);
    const { mail, to, source } = server.arrived[0]!;
    expect(to).toEqual(all);
    expect(source).not.toMatch(/^bcc:/im);
    expect(mail.bcc).toBeUndefined();
    expect(mail.html).not.toMatch(/<script|<img/);
    expect(mail.html).toContain("&lt;script&gt;");
    expect(`${mail.text}${mail.subject}`).not.toContain("\u202e");
  });
});

describe("recipients", () => {
  const refuse = (server: SmallMail, address: string, code: number, times = Number.POSITIVE_INFINITY): void =>
    void server.refuses.set(address, { times, code, says: code >= 500 ? "5.1.1 no such user" : "4.7.1 greylisted, try again" });

  test("one that is refused for good keeps no other waiting, and is told", async () => {
    const { server, start } = await stage();
    refuse(server, all[1]!, 550);
    const sending = start().send(toAll("created"), never);
    await expect(sending).rejects.toMatchObject({ retry: "never" });
    await expect(sending).rejects.toThrow("2 of 3 have the mail, the mail server refuses bob@shop.example (550 5.1.1 no such user)");
    expect(server.arrived.map(({ to }) => to)).toEqual([[all[0], all[2]]]);
  });

  test("one that is greylisted gets it later, and nobody gets it twice, also after a restart", async () => {
    const { server, start } = await stage();
    refuse(server, all[1]!, 450, 2);
    const notice = toAll("created");
    await expect(start().send(notice, never)).rejects.toThrow(
      "2 of 3 have the mail, the others later: bob@shop.example (450 4.7.1 greylisted",
    );
    await expect(start().send(notice, never)).rejects.toThrow("2 of 3 have the mail");
    await start().send(notice, never);
    expect(server.arrived.map(({ to }) => to)).toEqual([[all[0], all[2]], [all[1]]]);
  });

  test("one refused and one greylisted are told apart to the end", async () => {
    const { server, start } = await stage();
    refuse(server, all[0]!, 550);
    refuse(server, all[1]!, 451, 1);
    const notice = toAll("created");
    await expect(start().send(notice, never)).rejects.toMatchObject({
      message: expect.stringContaining("1 of 3 have the mail, the others later: bob"),
    });
    await expect(start().send(notice, never)).rejects.toMatchObject({
      retry: "never",
      message: expect.stringContaining("2 of 3 have the mail, the mail server refuses ada"),
    });
    expect(server.arrived.flatMap(({ to }) => to).toSorted()).toEqual([all[1], all[2]]);
  });

  test("who are all refused are told", async () => {
    const { server, start } = await stage();
    for (const address of all) refuse(server, address, 550);
    await expect(start().send(toAll("created"), never)).rejects.toMatchObject({
      retry: "never",
      message: expect.stringContaining("0 of 3"),
    });
    expect(server.arrived).toEqual([]);
  });

  test("of a group that the server's file does not have are refused with those that it has", async () => {
    const { start } = await stage();
    await expect(start().send({ ...toAll("created"), to: "everybody" }, never)).rejects.toThrow(
      'no recipients "everybody": the server\'s file has stakeholders',
    );
    const given = connectionTo({ url: "smtp://127.0.0.1", ca: null });
    expect(email.checkRecipient?.("everybody", given)?.message).toContain("has stakeholders");
    expect(email.checkRecipient?.("toString", given)?.message).toContain("has stakeholders");
    expect(email.checkRecipient?.("stakeholders", given)).toBeNull();
    expect(email.checkRecipient?.("everybody", null)).toBeNull();
  });
});

describe("a mail server", () => {
  test.each<[string, string, number, "later" | "never", RegExp]>([
    ["does not take the sender", "MAIL FROM", 553, "later", /it does not take the sender: 553/],
    ["is busy", "MAIL FROM", 421, "later", /421/],
    ["does not take the text for now", "DATA", 451, "later", /451/],
    ["does not take such a text", "DATA", 552, "never", /does not take the mail: 552/],
  ])("that %s", async (_name, where, code, retry, says) => {
    const { server, start } = await stage();
    server.refuses.set(where, { times: 1, code, says: "because" });
    const error: unknown = await start()
      .send(toAll("created"), never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(says) });
    expect((error as { retry?: string }).retry ?? "later").toBe(retry);
    await start().send(toAll("created"), never);
    expect(server.arrived).toHaveLength(1);
  });

  test("that breaks off in the middle of a text gets it again under the same id", async () => {
    const { server, start } = await stage();
    server.dropsInData = true;
    await expect(start().send(toAll("created"), never)).rejects.toThrow("broken off");
    await start().send(toAll("created"), never);
    expect(server.arrived).toHaveLength(1);
  });
});

describe("examined before the day", () => {
  const examine = async (given: ReturnType<typeof connectionTo>, to: readonly string[]) =>
    inEnglish(await email.examine!(given, examinationOf(to), { clock, dataDir: "unused" }, never));

  test("all is well, and no mail is sent", async () => {
    const { server } = await stage();
    expect(await examine(connectionTo(server), ["stakeholders"])).toEqual([
      { what: `mail server 127.0.0.1:${server.port}`, verdict: "ok", says: "It answers and takes the password.", remedy: null },
      { what: "mail to stakeholders", verdict: "ok", says: "3 people are told.", remedy: null },
    ]);
    expect(server.arrived).toEqual([]);
  });

  test("a certificate that is not trusted and an unknown group have a remedy each", async () => {
    const { server } = await stage();
    const checks = await examine(connectionTo({ url: server.url, ca: null }), ["everybody"]);
    expect(checks.map(({ verdict }) => verdict)).toEqual(["wrong", "wrong"]);
    expect(checks[0]?.says).toContain("Its certificate is not trusted");
    expect(checks.every(({ remedy }) => remedy !== null)).toBe(true);
  });

  test("a server that hangs is wrong once its time is over", async () => {
    const { port, close } = await startListener(() => undefined);
    onTestFinished(close);
    const checks = await examine(connectionTo({ url: `smtp://127.0.0.1:${port}`, ca: null }, { timeout: "300ms" }), []);
    expect(checks).toMatchObject([{ verdict: "wrong", says: expect.stringContaining("No answer within 300 ms") }]);
  });
});

describe("a connection", () => {
  test.each<[string, object]>([
    ["a sender that is no address", { from: "serin" }],
    ["a sender with another line", { from: "serin\r\nBcc: x <serin@shop.example>" }],
    ["no recipients", { recipients: {} }],
    ["an empty group", { recipients: { team: [] } }],
    ["a recipient that is no address", { recipients: { team: ["ada@"] } }],
    ["another protocol", { url: "http://mail.example.org" }],
    ["a % that stands for itself", { url: "smtp://user:100%pure@mail.example.org" }],
  ])("with %s is refused", (_name, changes) => {
    expect(email.connection.safeParse({ url: "smtp://mail.example.org", from, recipients, ...changes }).success).toBe(false);
  });

  test("takes a sender with and without a name", () => {
    const of = (sender: string) => mailOf(sampleNotice, sender, null).from;
    expect(of("serin <serin@shop.example>")).toEqual({ name: "serin", address: "serin@shop.example" });
    expect(of("serin@shop.example")).toEqual({ name: "", address: "serin@shop.example" });
  });
});
