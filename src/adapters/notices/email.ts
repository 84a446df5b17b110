import { z } from "zod";
import { PortError } from "../../ports.ts";
import { fine, wrong } from "../check.ts";
import type { Check, NotifierDefinition } from "../define.ts";
import { timeoutWords } from "../exchange.ts";
import { tlsWords } from "../tls.ts";
import { addressPattern } from "./email/mail.ts";
import { deliver } from "./email/deliver.ts";
import { findings, subjects } from "./email/findings.ts";
import { openPostOffice } from "./email/post-office.ts";

const sender = z
  .string()
  .max(300)
  .regex(addressPattern, { error: 'Write an address, or a name and an address: "serin <serin@example.org>".' });

const connection = z.strictObject({
  url: z
    .url({ protocol: /^smtps?$/ })
    .refine((text) => !/%(?![0-9a-f]{2})/i.test(text), { error: "Write a % in the user or password as %25." })
    .describe("The mail server with user and password: smtp://USER:PASSWORD@HOST:587 (STARTTLS), or smtps://… (TLS from the start)."),
  from: sender.describe('Who sends: "serin <serin@example.org>". The mail server has to let its user send as this address.'),
  replyTo: sender.nullable().default(null).describe("Where answers go; without it to the sender."),
  recipients: z
    .record(z.string().min(1), z.array(z.email()).min(1))
    .refine((groups) => Object.keys(groups).length > 0, { error: "Name at least one group: { stakeholders: [ada@example.org] }." })
    .describe("Who is meant by the words of plans: { stakeholders: [ada@example.org] }."),
  encryption: z
    .enum(["required", "none"])
    .default("required")
    .describe('"none": the mail server on this machine offers no TLS, and everything travels in the clear.'),
  timeout: timeoutWords.default("25s"),
  tls: tlsWords,
});
type Connection = z.infer<typeof connection>;

/**
 * Sends every notice as one mail of the release's thread, to a group of the server's file: what is new, then where everything stands. A recipient that
 * the mail server refuses keeps no other waiting; who has the mail is not sent it again.
 */
export const email: NotifierDefinition<Connection> = {
  kind: "email",
  says: "Sends mails, one thread a release, each with the news and where everything stands.",
  connection,
  checkRecipient(to, written) {
    const given = z.looseObject({ recipients: z.record(z.string(), z.unknown()) }).safeParse(written);
    if (!given.success || Object.hasOwn(given.data.recipients, to)) return null;
    return { message: unknownGroup(to, given.data), remedy: "Add the group to recipients in the server's file, or correct the plan." };
  },
  examine: async (given, { recipients }, { clock }, signal): Promise<readonly Check[]> => {
    const groups = recipients.map((to): Check => {
      const what = subjects.group(to);
      const known = Object.hasOwn(given.recipients, to) ? given.recipients[to] : undefined;
      if (known === undefined) return wrong(what, findings.groupUnknown(to, Object.keys(given.recipients)));
      return fine(what, findings.told(known.length));
    });
    return [await openPostOffice(given, clock).examine(signal), ...groups];
  },
  create: (given, { clock, dataDir }) => {
    const office = openPostOffice(given, clock);
    return {
      async send(notice, signal) {
        signal.throwIfAborted();
        const recipients = Object.hasOwn(given.recipients, notice.to) ? given.recipients[notice.to] : undefined;
        if (recipients === undefined) throw new PortError(unknownGroup(notice.to, given), { retry: "later" });
        const { from, replyTo } = given;
        await deliver({ office, notice, recipients, from, replyTo, folder: dataDir, signal });
      },
    };
  },
};

function unknownGroup(to: string, { recipients }: { readonly recipients: Readonly<Record<string, unknown>> }): string {
  return `There are no recipients ${JSON.stringify(to.slice(0, 60))}: the server's file has ${Object.keys(recipients).join(", ")}.`;
}
