/**
 * A text from outside as a part of a line of Markdown that reads as it was written: no heading, emphasis, link, image, table, HTML or
 * entity comes of it. Line ends are for whoever writes the line.
 *
 * Source: CommonMark 0.31, 2.4 (backslash escapes); GitHub Flavored Markdown, 6.9 (bare addresses become links).
 */
export function markdownText(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]~|]|<(?=[a-z/!?])|&(?=#?\w+;)/gi, String.raw`\$&`)
    .replaceAll("://", String.raw`\://`)
    .replaceAll(/\bwww\./gi, String.raw`www\.`)
    .replace(/^(\s*)([-+=#>])/, String.raw`$1\$2`)
    .replace(/^(\s*\d{1,9})([.)])/, String.raw`$1\$2`);
}

/** A text from outside between backticks; as many of them as it needs. */
export function markdownCode(text: string): string {
  const fence = "`".repeat(longestRun(text) + 1);
  const padding = text.startsWith("`") || text.endsWith("`") || text.trim() === "" ? " " : "";
  return `${fence}${padding}${text}${padding}${fence}`;
}

/** Lines as a block of code, behind a fence that none of them closes. */
export function markdownBlock(language: string, lines: readonly string[]): readonly string[] {
  const fence = "`".repeat(Math.max(3, longestRun(lines.join("\n")) + 1));
  return [`${fence}${language}`, ...lines, fence];
}

/** A link to an address of the web; what would end it is encoded. */
export function markdownLink(text: string, url: string): string {
  return `[${markdownText(text)}](${url.replaceAll(/[()<>\s\\]/g, (character) => encodeURIComponent(character).replaceAll(/[()]/g, hex))})`;
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
