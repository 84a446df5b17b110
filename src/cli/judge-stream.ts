import { z } from "zod";
import { UserError } from "../errors.ts";
import type { Increment, Tally } from "../evidence/test-spec.ts";

/** One line of recorded data: counters since they began, of one stream. */
export interface StreamLine {
  /** `null`: the line names none. */
  readonly stream: string | null;
  readonly atMs: number;
  readonly canary: Cumulative;
  readonly stable: Cumulative | null;
  readonly slices: readonly Cumulative[];
  readonly canarySlices: readonly Cumulative[];
}

type Cumulative = Required<Pick<Tally, "bad" | "total">>;

const count = z.number().nonnegative();
const cumulative = z
  .object({ bad: count, total: count })
  .refine(({ bad, total }) => bad <= total, { error: "counts more bad ones than there are in all" });
const lineShape = z.object({
  stream: z.string().nullish(),
  atMs: z.number(),
  canary: cumulative,
  stable: cumulative.nullish(),
  /** Stable again, cut into equal parts by chance, where that is recorded: it measures how requests hang together. */
  slices: z.array(cumulative).optional(),
  /** The canary cut in the same way, no person in two parts: then each part is evidence of its own. */
  canarySlices: z.array(cumulative).optional(),
});

/** Reads the `number`-th line. Throws `line-invalid`, which names it. */
export function readLine(text: string, number: number): StreamLine {
  const parsed = lineShape.safeParse(jsonOf(text, number));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue === undefined || issue.path.length === 0 ? "the line" : `"${issue.path.join(".")}"`;
    throw lineInvalid(number, `${place}: ${issue?.message ?? "not understood"}.`);
  }
  const { stream, atMs, canary, stable, slices, canarySlices } = parsed.data;
  return { stream: stream ?? null, atMs, canary, stable: stable ?? null, slices: slices ?? [], canarySlices: canarySlices ?? [] };
}

/** An error at one line of standard input, counted from 1. */
export function lineInvalid(number: number, message: string): UserError {
  return new UserError("line-invalid", `Line ${number}: ${message}`, { line: number });
}

/**
 * What a line adds to the one before it in its stream; `null` is the first: counters begin at 0. A counter that went down was restarted: then
 * what it shows is all new.
 */
export function incrementOf(before: StreamLine | null, line: StreamLine): Increment {
  return {
    kind: "counts",
    atMs: line.atMs,
    canary: since(before?.canary, line.canary),
    stable: line.stable === null ? null : since(before?.stable ?? undefined, line.stable),
    slices: line.slices.map((slice, index) => since(before?.slices[index], slice)),
    canarySlices: line.canarySlices.map((slice, index) => since(before?.canarySlices[index], slice)),
  };
}

/** The line to compare the next one with: an arm that is not in this line keeps what it had. */
export function withKept(before: StreamLine | null, line: StreamLine): StreamLine {
  const kept = (now: readonly Cumulative[], then: readonly Cumulative[] = []): readonly Cumulative[] => (now.length > 0 ? now : then);
  return {
    ...line,
    stable: line.stable ?? before?.stable ?? null,
    slices: kept(line.slices, before?.slices),
    canarySlices: kept(line.canarySlices, before?.canarySlices),
  };
}

function since(before: Cumulative | undefined, now: Cumulative): Tally {
  if (before === undefined || now.total < before.total || now.bad < before.bad) return now;
  return { bad: now.bad - before.bad, total: now.total - before.total };
}

function jsonOf(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser counts lines too, from the start of this one.
    const why = error instanceof Error ? error.message.replace(/ \(line \d+ column \d+\)$/, "") : String(error);
    throw lineInvalid(number, `not JSON: ${why}.`);
  }
}
