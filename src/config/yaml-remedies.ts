import type { YAMLError } from "yaml";

/** What is wrong with a file as YAML, in a sentence, and what to write instead. `isCertain`: it is no consequence of an earlier one. */
export interface YamlRemedy {
  readonly message: string;
  readonly remedy: string;
  readonly isCertain: boolean;
}

/** The remedy for one error of the YAML library. */
export function insteadOfYaml(error: YAMLError, text: string): YamlRemedy {
  const comparison = comparisonAt(error, text);
  if (comparison !== null) {
    return {
      message: "A value that begins with > is a block of text for YAML.",
      remedy: `Put it in quotes: "${comparison}".`,
      isCertain: true,
    };
  }
  const isCertain = error.code === "TAB_AS_INDENT" || error.code === "BAD_SCALAR_START" || error.code === "TAG_RESOLVE_FAILED";
  return { message: sentence(error.message), remedy: remedyFor(error), isCertain };
}

/** "> 70%" without quotes, up to the end of its line; `null` for any other error. The library stumbles over the header of a folded block. */
function comparisonAt(error: YAMLError, text: string): string | null {
  if (error.code !== "UNEXPECTED_TOKEN") return null;
  const start = text.lastIndexOf("\n", error.pos[0] - 1) + 1;
  const line = text.slice(start, start + 300).split(/\r?\n/)[0] ?? "";
  return /[:-] +(>=? *[\d.][^#"]{0,60}?) *(?:#.*)?$/.exec(line)?.[1] ?? null;
}

function remedyFor(error: YAMLError): string {
  switch (error.code) {
    case "TAB_AS_INDENT":
      return "Indent with spaces.";
    case "BAD_SCALAR_START":
      return "Put the value in quotes.";
    case "BLOCK_AS_IMPLICIT_KEY":
      return "Put a value that contains a colon in quotes, or begin a new line, indented further.";
    case "MISSING_CHAR":
    case "BAD_DQ_ESCAPE":
      return "Close what is open, or put the value in quotes.";
    case "TAG_RESOLVE_FAILED":
      return "Remove the tag; a value that begins with ! must stand in quotes.";
    default:
      return "Look at the indentation, at brackets that are not closed, and put values with special signs in quotes.";
  }
}

function sentence(message: string): string {
  const line = message.split("\n")[0] ?? message;
  const cut = line.length > 200 ? `${line.slice(0, 200)}…` : line;
  return cut.endsWith(".") ? cut : `${cut}.`;
}
