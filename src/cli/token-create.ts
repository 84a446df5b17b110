import type { Command } from "commander";
import { insteadOf } from "../config/near.ts";
import { roles } from "../core/plan.ts";
import type { Role } from "../core/plan.ts";
import { UserError } from "../errors.ts";
import { routes } from "../http/contract.ts";
import type { CreateTokenAnswer, CreateTokenBody } from "../http/contract/access.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface CreateOptions extends ConnectionOptions {
  readonly role: readonly string[];
  readonly environment?: readonly string[];
  readonly expiresInDays?: string;
}

/** Adds `token create`: standard output has the token alone, and it is shown nowhere again. Exit: 4 when it would hold where its maker is not release manager. */
export function addTokenCreate(token: Command, terminal: Terminal): void {
  withConnection(token.command("create <name>"))
    .description("make a token for a machine; it is shown once")
    .requiredOption("--role <role...>", `what it may do: ${roles.join(", ")}`)
    .option("--environment <name...>", "where (default: wherever you are release manager)")
    .option("--expires-in-days <n>", "how long, 1 to 365 (default: 90)")
    .action((name: string, options: CreateOptions) =>
      run(terminal, options, async () => {
        const body: CreateTokenBody = {
          name,
          roles: options.role.map(toRole),
          ...(options.environment === undefined ? {} : { environments: [...options.environment] }),
          ...(options.expiresInDays === undefined ? {} : { expiresInDays: toDays(options.expiresInDays) }),
        };
        const client = await connect(terminal, options);
        const answer = await client.call<CreateTokenAnswer>(routes.createToken, { body });
        if (options.json) return terminal.out(`${JSON.stringify(answer)}\n`);
        terminal.err(
          `Token ${plainText(answer.view.id)}, until ${new Date(answer.view.expiresMs).toISOString().slice(0, 10)}. It is shown only now: keep it where secrets are kept.\n`,
        );
        terminal.out(`${plainText(answer.token)}\n`);
      }),
    );
}

function toRole(text: string): Role {
  const found = roles.find((role) => role === text);
  if (found !== undefined) return found;
  throw new UserError("input-invalid", `There is no role ${JSON.stringify(text)}. ${insteadOf(text, roles, "")}`);
}

function toDays(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= 365) return days;
  throw new UserError("input-invalid", `--expires-in-days takes 1 to 365, not ${JSON.stringify(text)}.`);
}
