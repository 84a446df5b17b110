import { describe, expect, onTestFinished, test } from "vitest";
import type { Notice, Notifier } from "../../src/ports.ts";
import { sampleNoticeOf } from "../sample-notices.ts";

/** A notifier in front of a receiver that the contract can break. */
export interface NoticesSubject {
  readonly notifier: Notifier;
  /** Everything that the receiver has, in order, as text. */
  received(): readonly string[];
  /** The receiver takes nothing from now on; sending fails. */
  fail(): void | Promise<void>;
  /** The receiver takes notices again. */
  recover(): void | Promise<void>;
  /** The receiver takes calls and never answers from now on. */
  hang(): void | Promise<void>;
  /** Resolves when a call has reached the receiver that hangs. */
  reached(): Promise<void>;
  /** A text of its connection that nobody may see; `null`: it has none. */
  readonly secret: string | null;
  close(): Promise<void>;
}

/** A notice as the engine makes one, with a text of its own. */
export const sampleNotice: Notice = {
  ...sampleNoticeOf("rolled back", { language: "en" }),
  key: "r-1:9:slack:#releases",
  title: "ecomsimply: everybody is back on stable",
  lines: ["5xx-rate 2.4 % [1.3, 4.1]: proven above 1 %.", "Traffic was back after 0.4 s."],
};

/** What every Notifier promises (`src/ports.ts`). Run it with a maker of a fresh subject. */
export function noticesContract(name: string, makeSubject: () => Promise<NoticesSubject>): void {
  describe(`${name} keeps the contract of notifiers`, () => {
    const begin = async (): Promise<NoticesSubject> => {
      const subject = await makeSubject();
      onTestFinished(() => subject.close());
      return subject;
    };
    const never = new AbortController().signal;
    const failure = (sending: Promise<void>): Promise<unknown> =>
      sending.then(
        () => "delivered",
        (thrown: unknown) => thrown,
      );

    test("when it resolves, the receiver has the title, every line and whom it is for", async () => {
      const subject = await begin();
      await subject.notifier.send(sampleNotice, never);
      expect(subject.received()).toHaveLength(1);
      for (const text of [sampleNotice.to, sampleNotice.title, ...sampleNotice.lines]) expect(subject.received()[0]).toContain(text);
    });

    test("keeps the order of notices", async () => {
      const subject = await begin();
      for (const title of ["first", "second", "third"]) await subject.notifier.send({ ...sampleNotice, title, key: title }, never);
      expect(subject.received().map((text) => /first|second|third/.exec(text)?.[0])).toEqual(["first", "second", "third"]);
    });

    test("a notice that is not delivered is thrown, the error keeps the secret, and the next try delivers it", async () => {
      const subject = await begin();
      await subject.fail();
      const error = await failure(subject.notifier.send(sampleNotice, never));
      expect(error).toBeInstanceOf(Error);
      const said = `${(error as Error).message} ${(error as Error).stack} ${JSON.stringify(error)} ${String((error as Error).cause)}`;
      expect(subject.secret !== null && said.includes(subject.secret)).toBe(false);
      await subject.recover();
      await subject.notifier.send(sampleNotice, never);
      expect(subject.received()).toHaveLength(1);
    });

    test("texts from outside arrive as text: no control character passes", async () => {
      const subject = await begin();
      await subject.notifier.send({ ...sampleNotice, title: "\u001b[2Jgone\u0007", lines: ["a\r\u202eb"] }, never);
      expect(subject.received()[0]).not.toMatch(/[^\P{Cc}\n]/u);
      expect(subject.received()[0]).toContain("gone");
    });

    test("ends within 100 ms when it is aborted, with the signal's reason", async () => {
      const subject = await begin();
      await subject.hang();
      const abort = new AbortController();
      const reason = new Error("the deadline is over");
      const reached = subject.reached();
      const sending = failure(subject.notifier.send(sampleNotice, abort.signal));
      await reached;
      const abortedMs = performance.now();
      abort.abort(reason);
      expect(await sending).toBe(reason);
      expect(performance.now() - abortedMs).toBeLessThan(100);
    });

    test("does not begin when it is aborted already", async () => {
      const subject = await begin();
      await expect(subject.notifier.send(sampleNotice, AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
      expect(subject.received()).toEqual([]);
    });
  });
}
