import { describe, expect, onTestFinished, test } from "vitest";
import type { MetricSource, Query, ReadContext, Reading, SeriesSample } from "../../src/ports.ts";

/** A source in front of a small world that the contract can change. */
export interface SourceSubject {
  readonly source: MetricSource;
  /** A query that the source answers. */
  readonly query: Query;
  readonly context: ReadContext;
  /** The source has an answer to the query from now on. */
  showSome(): void | Promise<void>;
  /** The source answers, and nothing in it matches the query. */
  showNothing(): void | Promise<void>;
  /** The source cannot be asked from now on. */
  fail(): void | Promise<void>;
  /** The source takes calls and never answers from now on. */
  hang(): void | Promise<void>;
  /** Resolves when a call has reached the source that hangs. */
  reached(): Promise<void>;
  /** A text of its connection that nobody may see; `null`: it has none. */
  readonly secret: string | null;
  close(): Promise<void>;
}

/** A source that answers its query with counters. */
export interface MetricsSubject extends Omit<SourceSubject, "showSome"> {
  /** The canary's cumulative counts are these from now on. */
  show(counts: { readonly bad: number; readonly total: number }): void | Promise<void>;
}

/** A source that answers its query with a score. */
export interface ScoresSubject extends SourceSubject {
  /** The canary's score is lower than after `showSome` from now on. */
  showWorse(): void | Promise<void>;
}

/** What every MetricSource promises (`src/ports.ts`), here of one that counts. Run it with a maker of a fresh subject. */
export function metricsContract(name: string, makeSubject: () => Promise<MetricsSubject>): void {
  describe(`${name} keeps the contract of metric sources`, () => {
    const begin = beginWith(makeSubject);
    everySource("counters", async () => {
      const subject = await begin();
      return { ...subject, showSome: () => subject.show({ bad: 1, total: 4 }) };
    });

    test("counts are cumulative: a later reading holds the earlier one", async () => {
      const subject = await begin();
      await subject.show({ bad: 2, total: 10 });
      expect(counts(await only(read(subject)))).toEqual({ bad: 2, total: 10 });
      await subject.show({ bad: 5, total: 20 });
      expect(counts(await only(read(subject)))).toEqual({ bad: 5, total: 20 });
    });

    test("reading again at one instant changes nothing", async () => {
      const subject = await begin();
      await subject.show({ bad: 2, total: 10 });
      const first = numbers(await only(read(subject)));
      expect(numbers(await only(read(subject)))).toEqual(first);
      expect(numbers(await only(read(subject)))).toEqual(first);
    });

    test("a restarted counter shows lower values under the same name", async () => {
      const subject = await begin();
      await subject.show({ bad: 5, total: 20 });
      const before = numbers(await only(read(subject)));
      await subject.show({ bad: 1, total: 3 });
      const after = await only(read(subject));
      expect(counts(after)).toEqual({ bad: 1, total: 3 });
      expect(Object.keys(numbers(after))).toEqual(Object.keys(before));
    });

    test("counts are whole: bad is within total, bounds are in order, times are epoch milliseconds", async () => {
      const subject = await begin();
      await subject.show({ bad: 2, total: 10 });
      const reading = await only(read(subject));
      expect(reading.kind).toBe("counters");
      for (const one of series(reading)) {
        expect(one.bad).toBeLessThanOrEqual(one.badAtMost ?? one.total);
        expect(one.bornMs === null || one.bornMs > 1e12).toBe(true);
      }
    });
  });
}

/** The same of a source that scores. */
export function scoresContract(name: string, makeSubject: () => Promise<ScoresSubject>): void {
  describe(`${name} keeps the contract of metric sources`, () => {
    const begin = beginWith(makeSubject);
    everySource("level", begin);

    test("a score is a number, and when it was taken epoch milliseconds", async () => {
      const subject = await begin();
      await subject.showSome();
      const reading = await only(read(subject));
      expect(reading).toMatchObject({ kind: "level", canary: expect.any(Number), atMs: expect.any(Number) });
      expect(reading.kind === "level" && Number.isFinite(reading.canary) && reading.atMs > 1e12).toBe(true);
    });

    test("what is the same has the same score, and what is worse a lower one", async () => {
      const subject = await begin();
      await subject.showSome();
      const first = scoreOf(await only(read(subject)));
      expect(scoreOf(await only(read(subject)))).toBe(first);
      await subject.showWorse();
      expect(scoreOf(await only(read(subject)))).toBeLessThan(first);
    });
  });
}

type Begin<Subject> = () => Promise<Subject>;

function beginWith<Subject extends { close(): Promise<void> }>(makeSubject: Begin<Subject>): Begin<Subject> {
  return async () => {
    const subject = await makeSubject();
    onTestFinished(() => subject.close());
    return subject;
  };
}

function read(subject: Pick<SourceSubject, "source" | "query" | "context">, signal = new AbortController().signal) {
  return subject.source.read([subject.query], subject.context, signal);
}

/** The promises that do not depend on what is measured. */
function everySource(answers: Reading["kind"], begin: Begin<SourceSubject>): void {
  test("answers one reading per query, by quantity", async () => {
    const subject = await begin();
    await subject.showSome();
    const queries = [subject.query, { ...subject.query, quantity: "the same again" }];
    const readings = await subject.source.read(queries, subject.context, new AbortController().signal);
    expect([...readings.keys()].sort()).toEqual(queries.map(({ quantity }) => quantity).sort());
    expect(readings.get("the same again")).toEqual(readings.get(subject.query.quantity));
    expect(readings.get("the same again")?.kind).toBe(answers);
  });

  test("answers nothing when nothing is asked", async () => {
    const subject = await begin();
    expect([...(await subject.source.read([], subject.context, new AbortController().signal))]).toEqual([]);
  });

  test("nothing that matches is no-data, not zero and not an error", async () => {
    const subject = await begin();
    await subject.showNothing();
    expect(await only(read(subject))).toEqual({ kind: "no-data" });
  });

  test("an outage is thrown, and the error keeps the secret", async () => {
    const subject = await begin();
    await subject.fail();
    const error: unknown = await read(subject).then(
      () => "answered",
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    const said = `${(error as Error).message} ${(error as Error).stack} ${JSON.stringify(error)} ${String((error as Error).cause)}`;
    expect(subject.secret !== null && said.includes(subject.secret)).toBe(false);
  });

  test("recovers after an outage", async () => {
    const subject = await begin();
    await subject.fail();
    await expect(read(subject)).rejects.toBeInstanceOf(Error);
    await subject.showSome();
    expect((await only(read(subject))).kind).toBe(answers);
  });

  test("ends within 100 ms when it is aborted, with the signal's reason", async () => {
    const subject = await begin();
    await subject.hang();
    const abort = new AbortController();
    const reason = new Error("the tick is over");
    const reached = subject.reached();
    const reading = read(subject, abort.signal).then(
      () => "answered",
      (thrown: unknown) => thrown,
    );
    await reached;
    const abortedMs = performance.now();
    abort.abort(reason);
    expect(await reading).toBe(reason);
    expect(performance.now() - abortedMs).toBeLessThan(100);
  });

  test("does not begin when it is aborted already", async () => {
    const subject = await begin();
    await expect(read(subject, AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
  });
}

async function only(reading: Promise<ReadonlyMap<string, Reading>>): Promise<Reading> {
  const [first] = [...(await reading).values()];
  if (first === undefined) throw new Error("the source answered no reading");
  return first;
}

function series(reading: Reading | undefined): readonly SeriesSample[] {
  return reading?.kind === "counters" ? reading.series : [];
}

function counts(reading: Reading | undefined): { readonly bad: number; readonly total: number } | string {
  if (reading?.kind !== "counters") return reading?.kind ?? "no reading";
  const canary = reading.series.filter(({ arm }) => arm === "canary");
  return { bad: canary.reduce((sum, { bad }) => sum + bad, 0), total: canary.reduce((sum, { total }) => sum + total, 0) };
}

function numbers(reading: Reading): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(series(reading).map((one) => [one.series, [one.bad, one.badAtMost ?? one.bad, one.total]]));
}

function scoreOf(reading: Reading): number {
  if (reading.kind !== "level") throw new Error(`a score was expected, not ${reading.kind}`);
  return reading.canary;
}
