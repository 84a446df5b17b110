/** A version as people know it again: of an image its tag, or the first letters of its digest; anything else as it is. */
export function shortVersion(version: string): string {
  const digest = /@sha256:([0-9a-f]{7})[0-9a-f]*$/.exec(version)?.[1];
  if (digest !== undefined) return `@${digest}…`;
  return /^[^:]*[^:/]:([\w][\w.-]*)$/.exec(version.split("/").at(-1) ?? "")?.[1] ?? version;
}
