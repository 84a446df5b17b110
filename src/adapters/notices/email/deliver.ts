import { z } from "zod";
import { PortError } from "../../../ports.ts";
import type { Notice } from "../../../ports.ts";
import { keptFile } from "../../kept-file.ts";
import { mailOf } from "./mail.ts";
import type { PostOffice } from "./post-office.ts";

/** Who has a mail already, and who was refused for good and why, while others are still to get it. */
const progress = z.strictObject({ accepted: z.array(z.string()), refused: z.record(z.string(), z.string()) });

/** One notice on its way to its recipients. */
export interface Delivery {
  readonly office: PostOffice;
  readonly notice: Notice;
  readonly recipients: readonly string[];
  readonly from: string;
  readonly replyTo: string | null;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Sends the notice to everybody who does not have it. Throws while somebody is to get it later, and for good when all others have it and somebody was
 * refused: then people are told who.
 */
export async function deliver({ office, notice, recipients, from, replyTo, folder, signal }: Delivery): Promise<void> {
  const file = keptFile(folder, notice.key, progress);
  const known = file.read() ?? { accepted: [], refused: {} };
  const open = recipients.filter((address) => !known.accepted.includes(address) && !Object.hasOwn(known.refused, address));
  const told = await office.send(mailOf(notice, from, replyTo), open, signal);
  const accepted = [...known.accepted, ...told.accepted];
  const refused = { ...known.refused, ...told.refused };
  if (Object.keys(told.deferred).length > 0) {
    file.write({ accepted, refused });
    throw new Error(`${accepted.length} of ${recipients.length} have the mail, the others later: ${sayEach(told.deferred)}`);
  }
  file.forget();
  if (Object.keys(refused).length === 0) return;
  throw new PortError(`${accepted.length} of ${recipients.length} have the mail, the mail server refuses ${sayEach(refused)}`, {
    retry: "never",
  });
}

function sayEach(whys: Readonly<Record<string, string>>): string {
  return Object.entries(whys)
    .map(([address, why]) => `${address} (${why})`)
    .join(", ");
}
