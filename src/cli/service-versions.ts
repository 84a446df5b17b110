import { UserError } from "../errors.ts";

/** `["frontend=2", "backend=2@sha256:9f"]` as an object. Throws `input-invalid` for another form, or a service that is named twice. */
export function serviceVersions(pairs: readonly string[], option: string): Readonly<Record<string, string>> {
  const versions = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const [service, version] = [pair.slice(0, at), pair.slice(at + 1)];
    if (at < 1 || version === "") throw new UserError("input-invalid", `${option} takes SERVICE=VERSION, not "${pair}".`);
    if (versions.has(service)) throw new UserError("input-invalid", `${option} names ${service} twice.`);
    versions.set(service, version);
  }
  return Object.fromEntries(versions);
}
