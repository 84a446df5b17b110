import { PortError } from "../../../ports.ts";
import { plainLine } from "../../../core/plain-line.ts";

/** What an error may say, and must not. */
export interface TroubleWords {
  /** "mail server smtp.example.org:587" */
  readonly shownAs: string;
  readonly withinMs: number;
  readonly secrets: readonly string[];
}

/** What nodemailer tells of an error. Source: https://nodemailer.com/usage/ (error codes) */
interface MailError {
  readonly code: string;
  readonly command: string;
  readonly responseCode: number;
  readonly response: string;
  readonly message: string;
  readonly recipient: string;
}

const longestReply = 200;

/**
 * The replies about single recipients, by address: 4xx is for now, 5xx for good.
 *
 * Source: RFC 5321, 4.2.1
 */
export function repliesOf(
  errors: readonly unknown[],
  words: TroubleWords,
): { readonly refused: Readonly<Record<string, string>>; readonly deferred: Readonly<Record<string, string>> } {
  const [refused, deferred]: [Record<string, string>, Record<string, string>] = [{}, {}];
  for (const error of errors) {
    const told = read(error);
    if (told.recipient === "") continue;
    const into = told.responseCode >= 500 ? refused : deferred;
    into[told.recipient] = sayReply(told, words);
  }
  return { refused, deferred };
}

/**
 * What went wrong with the mail server, as the error that is thrown. Never tried again is only a mail that it does not take as it is (5xx to its content); a
 * password, a sender, a certificate can be put right.
 */
export function troubleOf(error: unknown, words: TroubleWords & { readonly isTooLate: boolean }): Error {
  if (error instanceof PortError) return error;
  const { shownAs, withinMs, isTooLate } = words;
  if (isTooLate) return new Error(`${shownAs}: no answer within ${withinMs} ms`);
  const told = read(error);
  if (told.code === "EMESSAGE" && told.responseCode >= 500) {
    return new PortError(`${shownAs} does not take the mail: ${sayReply(told, words)}`, { retry: "never" });
  }
  return new Error(`${shownAs}: ${whyOf(told, words)}`);
}

function whyOf(told: MailError, words: TroubleWords): string {
  const { code, command, message, responseCode } = told;
  if (/certificate|altname|self-signed/i.test(message))
    return `its certificate is not trusted (${mask(message.replace(/^.*? - /, ""), words)})`;
  if (/ECONNREFUSED/.test(message)) return "connection refused";
  if (/ENOTFOUND|EAI_AGAIN/.test(message) || code === "EDNS") return "no such host";
  if (code === "EAUTH")
    return `it does not take the user and password (${responseCode > 0 ? responseCode : "no reply"}): look at the connection's url`;
  if (command === "STARTTLS" && responseCode > 0)
    return `it offers no STARTTLS (${responseCode}): use smtps://, or encryption: none on this machine`;
  if (/exceeds maximum/.test(message)) return "its answer is too large";
  if (responseCode > 0) return `${command === "MAIL FROM" ? "it does not take the sender: " : ""}${sayReply(told, words)}`;
  if (code === "ETLS") return "it does not speak our TLS";
  if (code === "EPROTOCOL") return "its answer cannot be read";
  if (/closed|ECONNRESET|EPIPE|hang up/.test(message)) return "the connection was broken off";
  return `it cannot be reached (${/^E[A-Z]+$/.test(code) ? code : "no code"})`;
}

/** "550 5.1.1 no such user", as the server said it, its secrets and its length taken away. */
function sayReply({ responseCode, response }: MailError, words: TroubleWords): string {
  const said = /^\d{3}[ -]/.test(response) ? response : String(responseCode);
  return mask(said, words);
}

function mask(text: string, { secrets }: TroubleWords): string {
  const hidden = secrets.filter((secret) => secret !== "").flatMap((secret) => [secret, Buffer.from(secret).toString("base64")]);
  return plainLine(
    hidden.reduce((said, secret) => said.replaceAll(secret, "…"), text),
    longestReply,
  );
}

function read(error: unknown): MailError {
  const found = (typeof error === "object" && error !== null ? error : {}) as Readonly<Record<string, unknown>>;
  const text = (key: string): string => (typeof found[key] === "string" ? found[key] : "");
  const responseCode = typeof found["responseCode"] === "number" ? found["responseCode"] : 0;
  const message = error instanceof Error ? error.message : String(error);
  return { code: text("code"), command: text("command"), responseCode, response: text("response"), message, recipient: text("recipient") };
}
