import { createHmac, timingSafeEqual } from "node:crypto";

/** Signs short texts with the edge's key. */
export interface Signer {
  /** 22 characters of base64url: HMAC-SHA256 cut to 128 bits, which RFC 2104 section 5 allows. */
  sign(text: string): string;
  /** True when `mac` is the signature of `text`; takes the same time for every wrong one. */
  isSigned(text: string, mac: string): boolean;
}

/** A signer for `key`, at least 32 random bytes. `purpose` keeps signatures of one use from being taken for another's. */
export function createSigner(key: Uint8Array, purpose: string): Signer {
  const ownKey = createHmac("sha256", key).update(purpose).digest();
  const digest = (text: string): Buffer => createHmac("sha256", ownKey).update(text).digest().subarray(0, 16);
  return {
    sign: (text) => digest(text).toString("base64url"),
    isSigned(text, mac) {
      if (mac.length !== 22) return false;
      const given = Buffer.from(mac, "base64url");
      return given.length === 16 && timingSafeEqual(given, digest(text));
    },
  };
}
