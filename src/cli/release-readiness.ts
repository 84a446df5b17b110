import type { Command } from "commander";
import type { Exit } from "../errors.ts";
import { routes } from "../http/contract.ts";
import type { ReadinessAnswer } from "../http/contract/insight.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { languageOf } from "./language-option.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { trafficOf, withTrafficOptions } from "./traffic-options.ts";
import type { TrafficOptions } from "./traffic-options.ts";
import { wrap } from "./view/span.ts";

interface Options extends ConnectionOptions, TrafficOptions {
  readonly language?: string;
}

/** Adds `release readiness ID`: everything that a Go or a No-Go rests on. Exit: 0 Go, 1 No-Go. */
export function addReleaseReadiness(release: Command, terminal: Terminal): void {
  withTrafficOptions(withConnection(release.command("readiness <id>")))
    .description("Go or No-Go: look at everything that the start of a release rests on")
    .option("--language <language>", "`fr` or `en`; without it the plan's own")
    .action((id: string, options: Options) => run(terminal, options, () => readiness(terminal, id, options)));
}

async function readiness(terminal: Terminal, id: string, options: Options): Promise<Exit> {
  const language = languageOf(options.language);
  const { loginsPerMinute, rps } = trafficOf(options);
  const client = await connect(terminal, options);
  const query = {
    ...(language === null ? {} : { language }),
    ...(loginsPerMinute === null ? {} : { loginsPerMinute: String(loginsPerMinute) }),
    ...(rps === null ? {} : { rps: String(rps) }),
  };
  const answer = await client.call<ReadinessAnswer>(routes.readiness, { values: { id }, query });
  if (options.json) terminal.out(`${JSON.stringify(answer)}\n`);
  else terminal.out(`${sayReadiness(answer, Math.min(110, terminal.columns)).join("\n")}\n`);
  return answer.verdict === "wrong" ? "no" : "done";
}

const marks = { ok: "ok   ", doubtful: "?    ", wrong: "NO-GO" } as const;

function sayReadiness({ sentence, parts }: ReadinessAnswer, columns: number): readonly string[] {
  return [
    ...parts.flatMap(({ title, items }) => [plainText(title), ...items.flatMap((item) => sayItem(item, columns)), ""]),
    plainText(sentence),
  ];
}

function sayItem({ what, verdict, says, remedy }: ReadinessAnswer["parts"][number]["items"][number], columns: number): readonly string[] {
  const lines = [
    ...wrap(`${plainText(what)}: ${plainText(says)}`, columns - 9),
    ...(remedy === null ? [] : wrap(`→ ${plainText(remedy)}`, columns - 9)),
  ];
  return lines.map((line, at) => `  ${at === 0 ? marks[verdict] : "     "}  ${line}`);
}
