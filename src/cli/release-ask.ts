import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { UserError } from "../errors.ts";
import type { Exit } from "../errors.ts";
import { kindsAtAnyRevision } from "../core/requests.ts";
import type { RequestKind } from "../core/requests.ts";
import { routes } from "../http/contract.ts";
import type { AskAnswer, ShowReleaseAnswer } from "../http/contract.ts";
import type { Client } from "./client.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends ConnectionOptions {
  readonly reason: string;
  readonly expectRevision?: string;
  readonly as?: string;
}

const commands: readonly { readonly kind: RequestKind; readonly name?: string; readonly says: string }[] = [
  { kind: "pause", says: "freeze the share; guards stay armed" },
  { kind: "resume", says: "go on after a pause, a hold or a report" },
  { kind: "approve", says: "sign off what the release asks your role for" },
  { kind: "promote", says: "make the new version the stable one" },
  { kind: "override", says: "let the next step pass although window or freeze stand in the way now; release managers only" },
  // "report" is the report about a release.
  {
    kind: "report",
    name: "problem",
    says: "say that something is wrong: people are told at once, and asked to decide; until then the release goes no further",
  },
  { kind: "acknowledge", says: "confirm that a rollback by hand was executed" },
  { kind: "stop", says: "end the release: nobody on the canary, its workloads are kept for inspection" },
  { kind: "rollback", says: "take everybody back to the stable version" },
];

/** Adds a command for everything that can be asked of a release. Exit: 0 accepted or stored; 1 refused; 4 not allowed; 5 stale revision. */
export function addReleaseAsk(release: Command, terminal: Terminal): void {
  for (const { kind, name = kind, says } of commands) {
    const command = withConnection(release.command(`${name} <id>`))
      .description(says)
      .requiredOption("--reason <text>", "why; it stands in the journal")
      .option("--expect-revision <n>", "the revision that you saw: refused when something that matters has changed since");
    if (kind === "approve") command.option("--as <role>", "the role that speaks, when you have several");
    command.action((id: string, options: Options) => run(terminal, options, () => askFor(terminal, { id, kind }, options)));
  }
}

interface Asked {
  readonly id: string;
  readonly kind: RequestKind;
}

async function askFor(terminal: Terminal, { id, kind }: Asked, options: Options): Promise<Exit> {
  const client = await connect(terminal, options);
  const revision =
    options.expectRevision === undefined ? await revisionToExpect(terminal, client, { id, kind }) : revisionIn(options.expectRevision);
  const answer = await client.call<AskAnswer>(routes.ask, {
    values: { id },
    headers: { "Idempotency-Key": randomUUID(), "If-Match": `"${revision}"` },
    body: { kind, reason: options.reason, ...(options.as === undefined ? {} : { as: options.as }) },
  });
  if (options.json) terminal.out(`${JSON.stringify(answer)}\n`);
  else {
    const outcome = answer.answer === "accepted" ? "accepted" : "stored; the release has not answered yet";
    terminal.out(`${outcome} (revision ${answer.revision}): ${plainText(answer.sentence)}\n`);
  }
  return "done";
}

function revisionIn(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UserError("input-invalid", `--expect-revision takes a number, not "${text}".`);
}

/** What a person at a terminal confirms having seen; where nothing goes on by the request, the revision of now. Throws `revision-missing` without a person. */
async function revisionToExpect(terminal: Terminal, client: Client, { id, kind }: Asked): Promise<number> {
  if (kindsAtAnyRevision.includes(kind)) return (await client.call<ShowReleaseAnswer>(routes.showRelease, { values: { id } })).revision;
  if (!terminal.isAsking) throw new UserError("revision-missing", `To ${kind} needs the revision that you saw.`);
  const view = await client.call<ShowReleaseAnswer>(routes.showRelease, { values: { id } });
  const checks = view.gates.map(({ says, word }) => `  ${says}: ${word}`);
  for (const line of [view.sentence, ...checks, ...view.next]) terminal.err(`${plainText(line)}\n`);
  const said = await terminal.ask(`To ${kind} at revision ${view.revision}: yes? `);
  if (/^(y|yes|o|oui)$/i.test(said.trim())) return view.revision;
  throw new UserError("input-invalid", "It was not confirmed, and nothing was asked for.");
}
