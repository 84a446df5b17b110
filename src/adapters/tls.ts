import { z } from "zod";

/** What a connection says of TLS, as PEM texts; `null`: nothing of its own. `cert` and `key` come together or not at all. */
export interface Tls {
  /** The authorities that are trusted, instead of the machine's own. */
  readonly ca: string | null;
  /** Our certificate, and its chain, for an other side that asks who we are. */
  readonly cert: string | null;
  readonly key: string | null;
}

const certificate = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----/;
const privateKey = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;

function pem(says: string, form: RegExp, what: string) {
  const wrong = `This is no ${what} in PEM form: it has no line "-----BEGIN ${what.toUpperCase()}-----".`;
  return z.string().regex(form, { error: wrong }).nullable().default(null).describe(says);
}

/** How a connection writes its TLS: `tls: { ca: { file: ca.pem }, cert: { file: serin.pem }, key: { file: serin.key } }`. */
export const tlsWords = z
  .strictObject({
    ca: pem("Certificates of the authorities that are trusted, instead of the machine's own.", certificate, "certificate"),
    cert: pem("Our own certificate, where the other side asks for one.", certificate, "certificate"),
    key: pem("The private key of cert.", privateKey, "private key"),
  })
  .refine(({ cert, key }) => (cert === null) === (key === null), { error: "cert and key come together: write both, or neither." })
  .nullable()
  .default(null)
  .describe("TLS of the connection: the authorities to trust, and our own certificate.");
