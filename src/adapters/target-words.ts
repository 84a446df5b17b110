import type { Target } from "../ports.ts";

/** What `fillTarget` knows of a target. */
export interface TargetWords extends Pick<Target, "service" | "version" | "arm"> {
  readonly environment: string;
}

/** The words that may stand in a template, as people are told them. */
export const targetWords = "{service}, {version}, {tag} (the image's, or else the version), {arm} and {environment}";

/**
 * A template with a target's words in it, each as `shape` makes it. {tag} is an image's, without registry, name and digest:
 * "registry/shop/frontend:2.4.1@sha256:…" is 2.4.1; what is no image is its own tag.
 */
export function fillTarget(template: string, words: TargetWords, shape: (value: string) => string = (value) => value): string {
  const { service, version, arm, environment } = words;
  const values: Readonly<Record<string, string>> = { service, version, tag: tagOf(version), arm, environment };
  return template.replaceAll(/\{(service|version|tag|arm|environment)\}/g, (_, word: string) => shape(values[word] ?? ""));
}

/** Source: https://github.com/distribution/reference (the grammar of image references) */
function tagOf(version: string): string {
  const image = /^[^@]*?(?::(?<tag>\w[\w.-]*))?(?:@[a-z0-9]+:[0-9a-f]+)?$/.exec(version);
  return image?.groups?.["tag"] ?? version;
}
