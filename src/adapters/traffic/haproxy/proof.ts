import { createHmac } from "node:crypto";

/**
 * What HAProxy takes for said by serin: 32 hexadecimal digits in capitals, as its converters `hmac(sha256,…),bytes(0,16),hex` write them. `arms` is
 * `canary`, `stable`, or `frontend:canary|backend:stable`; `tag` is the release's, empty while HAProxy knows none.
 */
export function proofOfArms(say: { readonly token: string; readonly tag: string; readonly arms: string }): string {
  const { token, tag, arms } = say;
  return createHmac("sha256", token).update(`arms.${tag}.${arms}`).digest("hex").slice(0, 32).toUpperCase();
}
