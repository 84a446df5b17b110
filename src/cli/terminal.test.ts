import { expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { processTerminal, run } from "./terminal.ts";

test.each([
  ["Rolled back: “error-rate > 1%” was breached", "was breached. `serin release why`"],
  ["It ended.", "It ended. `serin release why`"],
  ["He said “stop.”", "“stop.” `serin release why`"],
])("what happened and what to do are two sentences: %s", async (detail, says) => {
  let err = "";
  const terminal = { ...processTerminal(), err: (text: string) => void (err += text), exit: () => undefined };
  await run(terminal, {}, () => Promise.reject(new UserError("ended-otherwise", detail)));
  expect(err).toContain(says);
});
