import type { Command } from "commander";
import type { Adapters } from "../config/catalogue.ts";
import { UserError } from "../errors.ts";
import type { Exit } from "../errors.ts";
import { languageOf } from "./language-option.ts";
import { readPersonFile } from "./person-file.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface RenderOptions {
  readonly language?: string;
}

/** Adds `plan render FILE`: the plan as a runbook in Markdown. Exit: 0 written, 2 the plan has errors. */
export function addPlanRender(plan: Command, terminal: Terminal, adapters: () => Promise<Adapters>): void {
  plan
    .command("render <file>")
    .description("write the plan as a runbook in Markdown, for people who read no YAML")
    .option("--language <language>", "`fr` or `en`; without it the plan's own")
    .action((file: string, options: RenderOptions) => run(terminal, {}, () => renderFile(file, options, { terminal, adapters })));
}

async function renderFile(
  file: string,
  options: RenderOptions,
  { terminal, adapters }: { readonly terminal: Terminal; readonly adapters: () => Promise<Adapters> },
): Promise<Exit> {
  const language = languageOf(options.language);
  const [bytes, lists, { readPlan }, { renderPlan }] = await Promise.all([
    readPersonFile(file),
    adapters(),
    import("../config/plan-file.ts"),
    import("../core/runbook.ts"),
  ]);
  const { plan, problems } = readPlan(bytes, file, { ...lists, server: null });
  const errors = problems.filter((problem) => problem.severity === "error");
  if (plan === null) throw new UserError("plan-invalid", `${file} cannot be rendered.`, { problems: errors });
  terminal.out(
    `${renderPlan(plan, language ?? plan.language)
      .map(plainText)
      .join("\n")}\n`,
  );
  return "done";
}
