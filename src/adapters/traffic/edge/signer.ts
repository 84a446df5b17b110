import { createHmac, hash, timingSafeEqual } from "node:crypto";

/** Signs short texts with the edge's key. */
export interface Signer {
  /** 22 characters of base64url: HMAC-SHA256 cut to 128 bits, which RFC 2104 section 5 allows. */
  sign(text: string): string;
  /** True when `mac` is the signature of `text`; takes the same time for every wrong one. */
  isSigned(text: string, mac: string): boolean;
}

const blockBytes = 64;
const macBytes = 16;
const macLength = 22;

/**
 * A signer for `key`, at least 32 random bytes. `purpose` keeps signatures of one use from being taken for another's.
 *
 * The HMAC is put together from two hashes: node's own spends most of its time on unpacking the key, at every request of every person.
 *
 * Source: RFC 2104 section 2.
 */
export function createSigner(key: Uint8Array, purpose: string): Signer {
  const ownKey = createHmac("sha256", key).update(purpose).digest();
  const inner = padded(ownKey, 0x36);
  const outer = padded(ownKey, 0x5c);
  const digest = (text: string): Buffer => {
    const first = hash("sha256", Buffer.concat([inner, Buffer.from(text, "utf8")]), "buffer");
    return hash("sha256", Buffer.concat([outer, first]), "buffer").subarray(0, macBytes);
  };
  return {
    sign: (text) => digest(text).toString("base64url"),
    isSigned(text, mac) {
      if (mac.length !== macLength) return false;
      const given = Buffer.from(mac, "base64url");
      return given.length === macBytes && timingSafeEqual(given, digest(text));
    },
  };
}

/**
 * The same signer, which remembers the last `most` to twice `most` signatures that it found good, so that the cookie that a browser shows at
 * every request is reckoned once. Wrong ones are never remembered: they cost what they did, and drive nothing out.
 */
export function remembering(signer: Signer, most: number): Signer {
  let recent = new Set<string>();
  let older = new Set<string>();
  return {
    sign: (text) => signer.sign(text),
    isSigned(text, mac) {
      if (mac.length !== macLength) return false;
      // The signature stands first and has one length, so that no other pair makes the same key.
      const key = mac + text;
      if (recent.has(key)) return true;
      if (!older.has(key) && !signer.isSigned(text, mac)) return false;
      if (recent.size >= most) [older, recent] = [recent, new Set()];
      recent.add(key);
      return true;
    },
  };
}

function padded(key: Uint8Array, byte: number): Buffer {
  const block = Buffer.alloc(blockBytes, byte);
  for (const [index, one] of key.entries()) block[index] = one ^ byte;
  return block;
}
