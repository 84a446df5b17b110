import type { Clock } from "../../../ports.ts";
import { fine, wrong } from "../../check.ts";
import type { Check } from "../../define.ts";
import { parseTimeout } from "../../exchange.ts";
import type { Tls } from "../../tls.ts";
import { findings } from "./findings.ts";
import type { Mail } from "./mail.ts";
import { repliesOf, troubleOf } from "./troubles.ts";
import type { TroubleWords } from "./troubles.ts";

/** How the mail server is reached. */
export interface PostAddress {
  readonly url: string;
  readonly encryption: "required" | "none";
  readonly timeout: string;
  readonly tls: Tls | null;
}

/** Who has the mail, who is refused for good, and who may get it later, each with the server's reply. */
export interface Told {
  readonly accepted: readonly string[];
  readonly refused: Readonly<Record<string, string>>;
  readonly deferred: Readonly<Record<string, string>>;
}

export interface PostOffice {
  /** Throws when nobody got it and it is not about the recipients; `PortError` with `never` when the server does not take such a mail. */
  send(mail: Mail, recipients: readonly string[], signal: AbortSignal): Promise<Told>;
  /** Whether the server answers, speaks TLS and takes the password; no mail is sent. Throws the signal's reason. */
  examine(signal: AbortSignal): Promise<Check>;
}

const ports = { smtp: 587, smtps: 465 } as const;

/** The mail server of a connection; it is reached when there is something to send. */
export function openPostOffice(address: PostAddress, clock: Clock): PostOffice {
  const { options, words, isLoggedIn } = settingsOf(address);
  /** Does `work` with a transport of its own until it is done, too late or aborted. */
  const within = async <T>(signal: AbortSignal, work: (transport: Transport, ends: AbortSignal) => Promise<T>): Promise<T> => {
    const { createTransport } = await import("nodemailer");
    const isOver = new AbortController();
    const isTooLate = new AbortController();
    void clock.wait(words.withinMs, isOver.signal).then(() => isTooLate.abort());
    try {
      return await work(createTransport(options) as Transport, AbortSignal.any([signal, isTooLate.signal]));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw troubleOf(error, { ...words, isTooLate: isTooLate.signal.aborted });
    } finally {
      isOver.abort();
    }
  };
  return {
    async send(mail, recipients, signal) {
      if (recipients.length === 0) return { accepted: [], refused: {}, deferred: {} };
      return within(signal, async (transport, ends) => sendWith(transport, { mail, recipients, words, ends }));
    },
    async examine(signal) {
      const what = words.shownAs;
      try {
        await within(signal, async (transport, ends) => aborted(transport.verify(), ends));
        return fine(what, isLoggedIn ? findings.takesPassword() : findings.answers());
      } catch (error) {
        signal.throwIfAborted();
        const said = error instanceof Error ? error.message.replace(`${what}: `, "") : String(error);
        return wrong(what, findings.fails(said));
      }
    },
  };
}

function settingsOf({ url, encryption, timeout, tls }: PostAddress) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const isFromStart = protocol === "smtps:";
  const host = hostname.replaceAll(/[[\]]/g, "");
  const at = { host, port: port === "" ? ports[isFromStart ? "smtps" : "smtp"] : Number(port) };
  const login = username === "" ? null : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  const withinMs = parseTimeout(timeout);
  const words: TroubleWords = {
    shownAs: `mail server ${host}:${at.port}`,
    withinMs,
    secrets: login === null ? [] : [login.pass, login.user],
  };
  const options = {
    ...at,
    secure: isFromStart,
    requireTLS: !isFromStart && encryption === "required",
    ignoreTLS: !isFromStart && encryption === "none",
    tls: Object.fromEntries(Object.entries(tls ?? {}).filter(([, pem]) => pem !== null)),
    ...(login === null ? {} : { auth: login, forceAuth: true }),
    // Time is told by the clock alone; these are only longer.
    connectionTimeout: 2 * withinMs,
    greetingTimeout: 2 * withinMs,
    socketTimeout: 2 * withinMs,
    socketCloseTimeout: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  return { options, words, isLoggedIn: login !== null };
}

interface Sending {
  readonly mail: Mail;
  readonly recipients: readonly string[];
  readonly words: TroubleWords;
  readonly ends: AbortSignal;
}

async function sendWith(transport: Transport, { mail, recipients, words, ends }: Sending): Promise<Told> {
  const { references, ...rest } = mail;
  try {
    const sent = await transport.sendMail({ ...rest, references: [...references], to: [...recipients], signal: ends });
    const { refused, deferred } = repliesOf(sent.rejectedErrors ?? [], words);
    return { accepted: recipients.filter((address) => !Object.hasOwn({ ...refused, ...deferred }, address)), refused, deferred };
  } catch (error) {
    const told = repliesOf(rejectionsIn(error), words);
    // Nobody was accepted, and each was answered: that is about them, not about the server.
    if (Object.keys({ ...told.refused, ...told.deferred }).length === recipients.length) return { accepted: [], ...told };
    throw error;
  }
}

/** What is used of a transport. */
interface Transport {
  sendMail(mail: object): Promise<{ readonly rejectedErrors?: readonly unknown[] }>;
  verify(): Promise<unknown>;
}

function rejectionsIn(error: unknown): readonly unknown[] {
  const rejected = typeof error === "object" && error !== null && "rejectedErrors" in error ? error.rejectedErrors : [];
  return Array.isArray(rejected) ? rejected : [];
}

/** What `work` comes to, or the rejection of the signal, whichever is first. */
async function aborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(new Error("it was ended", { cause: signal.reason }));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    work.catch(() => undefined);
  }
}
