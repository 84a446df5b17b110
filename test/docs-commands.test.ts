import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { processTerminal } from "../src/cli/terminal.ts";
import { createProgram } from "../src/main/program.ts";
import { filesBelow, textOf } from "./tree.ts";

const program = await createProgram([], processTerminal());

const pages = ["README.md", "CONTRIBUTING.md", ...filesBelow("docs").filter((path) => path.endsWith(".md"))];
const sources = ["src/errors.ts", ...filesBelow("src/errors"), ...filesBelow("src/core/messages"), ...filesBelow("web/words")];
const examples = [...filesBelow("examples"), ...filesBelow("deploy")].filter((path) => /\.(?:ya?ml|md|conf|lua)$/u.test(path));

/** What is typed after `serin` in a text: between backticks, in the blocks of a page, or as a comment that is a command. */
function typedIn(path: string): readonly string[] {
  const text = textOf(path)
    .replaceAll(/\\\n\s*/gu, " ")
    .replaceAll("\\|", "|")
    .replaceAll("\\`", "`");
  const blocks = path.endsWith(".md") ? [...text.matchAll(/```sh\n(.*?)```/gsu)].map(([, block = ""]) => block) : [text];
  // What is asked within another command is a command of its own.
  const lines = blocks
    .flatMap((block) => block.split("\n"))
    .flatMap((line) => [line.replaceAll(/\$\(.*?\)/gu, "X"), ...(/\$\((.*?)\)/u.exec(line) ?? []).slice(1)]);
  const found = lines.flatMap((line) => /^(?:#\s{2,})?(?:npx )?serin ([a-z-]+(?: .*)?)$/u.exec(line)?.[1] ?? []);
  const inline = [...text.matchAll(/(?<!`)`(?:npx )?serin ([a-z-][^`]*)`(?!`)/gu)].map(([, typed = ""]) => typed);
  return [...found, ...inline].filter((typed) => !typed.includes("${")).map((typed) => typed.replace(/\s+#.*$/u, ""));
}

/** What is wrong with it: a command that there is not, or an option that its command does not take. */
function mistakesOf(typed: string): readonly string[] {
  const [words, options] = [typed.split(/[\s[\]]+/u), [...typed.matchAll(/(?<![\w-])(--[a-z][a-z-]*)/gu)].map(([, option]) => option)];
  const found = commandsOf(program, words);
  if (found.length === 0) return [`serin ${typed}: there is no such command`];
  const takes = (command: Command, option: string): boolean =>
    ["--help", "--version"].includes(option) || command.options.some(({ long }) => long === option);
  return options
    .filter((option) => option !== undefined && !found.some((command) => takes(command, option)))
    .map((option) => `serin ${typed}: it does not take ${option}`);
}

/** The commands that `words` lead to: several for `pause|resume`, none when a word is no command of its group. */
function commandsOf(group: Command, [word = "", ...more]: readonly string[]): readonly Command[] {
  if (group.commands.length === 0 || (word === "" && group !== program) || word.startsWith("-")) return [group];
  const found = word.split("|").map((name) => group.commands.find((command) => command.name() === name));
  // `serin server` is a command, and a group.
  if (found.includes(undefined)) return group === program || (group.registeredArguments.length === 0 && !isRun(group)) ? [] : [group];
  return found.flatMap((command) => (command === undefined ? [] : commandsOf(command, more)));
}

/** Whether it does something itself: groups have no options, but for the version of the whole. */
const isRun = (command: Command): boolean => command !== program && command.options.length > 0;

function commandsBelow(group: Command, path = ""): readonly string[] {
  return group.commands.flatMap((command) => {
    const name = `${path}${command.name()}`;
    const below = commandsBelow(command, `${name} `);
    return below.length === 0 || isRun(command) ? [name, ...below] : below;
  });
}

describe("what people are told to type", () => {
  test.each([...pages, ...sources, ...examples].map((path) => ({ path, typed: typedIn(path) })).filter(({ typed }) => typed.length > 0))(
    "$path names commands and options that there are",
    ({ typed }) => {
      expect(typed.flatMap(mistakesOf)).toEqual([]);
    },
  );

  test("docs/cli.md has every command", () => {
    const rows = [
      ...textOf("docs/cli.md")
        .replaceAll("\\|", "|")
        .matchAll(/`serin ([^`]+)`/gu),
    ].map(([, typed = ""]) => typed.split(" "));
    const hasRow = (path: string): boolean =>
      rows.some((row) => path.split(" ").every((word, index) => row[index]?.split("|").includes(word)));
    const all = commandsBelow(program);
    expect(all.length).toBeGreaterThan(30);
    expect(all.filter((path) => !hasRow(path))).toEqual([]);
  });

  test("scripts of npm are those of package.json", () => {
    const { scripts } = JSON.parse(textOf("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
    const named = pages.flatMap((path) => [...textOf(path).matchAll(/npm run ([a-z][a-z0-9:-]*)/gu)].map(([, script = ""]) => script));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });
});
