import { textOf } from "./tree.ts";

/** One instruction of a Dockerfile: its word in capitals, and the rest with continued lines joined. */
export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** One stage: its name, what it is built on, and its instructions. */
export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/**
 * The stages of a Dockerfile, in order. Throws on what is no instruction.
 *
 * Source: https://docs.docker.com/reference/dockerfile/
 */
export function stagesOf(path: string): readonly Stage[] {
  const lines = textOf(path)
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n");
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const line of lines.filter((one) => one.trim() !== "")) {
    const [, word, rest] = /^([A-Z]+)\s+(.+)$/.exec(line) ?? [];
    if (word === undefined || rest === undefined || !words.has(word)) throw new Error(`${path}: ${line} is no instruction`);
    const [, from, name] = word === "FROM" ? (/^(\S+) AS ([a-z]+)$/.exec(rest) ?? []) : [];
    if (from !== undefined && name !== undefined) stages.push({ name, from, instructions: [] });
    else if (word === "FROM") throw new Error(`${path}: ${line} has no name`);
    else stages.at(-1)?.instructions.push({ word, rest });
  }
  return stages;
}

const words = new Set("ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split(" "));

/** What a COPY takes and where it puts it; `stage`: `null` when it takes from the checkout. */
export function copyOf({ rest }: Instruction): { readonly stage: string | null; readonly sources: readonly string[]; readonly to: string } {
  const stage = /--from=(\S+)/.exec(rest)?.[1] ?? null;
  const paths = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
  return { stage, sources: paths.slice(0, -1), to: paths.at(-1) ?? "" };
}
