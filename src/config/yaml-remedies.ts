import type { YAMLError } from "yaml";

/** What is wrong with a file as YAML, in a sentence, and what to write instead. */
export function insteadOfYaml(error: YAMLError, text: string): { readonly message: string; readonly remedy: string } {
  if (isComparison(error, text)) {
    return { message: "A value that begins with > is a block of text for YAML.", remedy: 'Put the condition in quotes: ">= 90".' };
  }
  return { message: sentence(error.message), remedy: remedyFor(error) };
}

/** "> 70%" without quotes: the error stands in the header of a folded block. */
function isComparison(error: YAMLError, text: string): boolean {
  const start = text.lastIndexOf("\n", error.pos[0] - 1) + 1;
  return error.code === "UNEXPECTED_TOKEN" && /(?:[:-] |[[{,] ?)>=? ?[\d.]*$/.test(text.slice(start, error.pos[0] + 1).trimEnd());
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
