import { generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** A certificate and its private key, as PEM texts. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** An authority that lives for one test: valid for a day, its key is written nowhere. */
export interface Authority {
  /** Its own certificate, for those who trust it. */
  readonly ca: string;
  /** A new certificate for 127.0.0.1 and localhost, good for either side. */
  readonly issue: (name: string) => Certified;
}

/**
 * Makes an authority and what it signs, so that no test needs a key in the repository or a program beside Node.
 *
 * Source: RFC 5280, 4.1 (the structure), 4.2.1 (the extensions); X.690 (DER)
 */
export function createAuthority(name = "an authority"): Authority {
  const own = newKeys();
  const ca = certificate({ subject: name, issuer: name, subjectKeys: own, issuerKey: own.privateKey, extensions: [isAuthority] });
  return {
    ca,
    issue(subject) {
      const keys = newKeys();
      const cert = certificate({ subject, issuer: name, subjectKeys: keys, issuerKey: own.privateKey, extensions: [forLoopback] });
      return { cert, key: keys.privateKey.export({ type: "pkcs8", format: "pem" }) as string };
    },
  };
}

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function newKeys(): Keys {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

let serial = 1;

function certificate(made: {
  readonly subject: string;
  readonly issuer: string;
  readonly subjectKeys: Keys;
  readonly issuerKey: KeyObject;
  readonly extensions: readonly Buffer[];
}): string {
  serial += 1;
  const dayMs = 24 * 3_600_000;
  const content = sequence(
    tagged(0xa0, integer(2)),
    integer(serial),
    ecdsaWithSha256,
    distinguished(made.issuer),
    sequence(utcTime(Date.now() - dayMs), utcTime(Date.now() + dayMs)),
    distinguished(made.subject),
    made.subjectKeys.publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...made.extensions)),
  );
  const signature = sign("sha256", content, made.issuerKey);
  const der = sequence(content, ecdsaWithSha256, tagged(0x03, Buffer.concat([Buffer.of(0), signature])));
  const lines = der.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  return length < 0x100
    ? Buffer.concat([Buffer.of(tag, 0x81, length), content])
    : Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

/** Of at most two bytes, and positive. */
function integer(value: number): Buffer {
  return tagged(0x02, value < 0x80 ? Buffer.of(value) : Buffer.of(0, value >> 8, value & 0xff));
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, "hex"));
}

function utcTime(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/\D/g, "").slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

/** A name that is a common name alone. */
function distinguished(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId("550403"), tagged(0x0c, Buffer.from(commonName)))));
}

const ecdsaWithSha256 = sequence(objectId("2a8648ce3d040302"));
const yes = tagged(0x01, Buffer.of(0xff));
/** basicConstraints, critical: an authority. */
const isAuthority = sequence(objectId("551d13"), yes, tagged(0x04, sequence(yes)));
/** subjectAltName. */
const forLoopback = sequence(
  objectId("551d11"),
  tagged(0x04, sequence(tagged(0x82, Buffer.from("localhost")), tagged(0x87, Buffer.of(127, 0, 0, 1)))),
);
