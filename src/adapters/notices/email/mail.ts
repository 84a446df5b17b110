import { createHash } from "node:crypto";
import { sayThread } from "../../../core/messages/notices.ts";
import type { Notice } from "../../../ports.ts";
import { plainLine } from "../../../core/plain-line.ts";
import { contentOf } from "./content.ts";
import type { MailContent } from "./content.ts";
import { drawHtml } from "./html.ts";

/** "serin <serin@example.org>", or the address alone: group 1 is the name, group 2 or 3 the address. */
export const addressPattern = /^(?:([^<>"@\p{Cc}]{1,100}?) <([^\s<>@"]+@[a-z0-9.-]+)>|([^\s<>@"]+@[a-z0-9.-]+))$/iu;

interface Address {
  readonly name: string;
  readonly address: string;
}

/** A mail as it is composed; nothing in it is a header or markup that somebody outside wrote. */
export interface Mail {
  readonly from: Address;
  readonly replyTo?: Address;
  readonly subject: string;
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references: readonly string[];
  readonly date: Date;
  readonly priority: "high" | "normal";
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
}

const subjectAtMost = 200;

/**
 * The mail of a notice: the same at every try. All mails of a release to a group are one thread, by Message-ID, References and an unchanging subject.
 *
 * Source: RFC 5322, 3.6.4 (thread); RFC 3834, 5 (Auto-Submitted); RFC 2919 (List-Id)
 */
export function mailOf(notice: Notice, from: string, replyTo: string | null): Mail {
  const { state, thread, release, atMs, key } = notice;
  const sender = toAddress(from);
  const domain = sender.address.slice(sender.address.indexOf("@") + 1);
  const idOf = (of: string): string => `<${createHash("sha256").update(of).digest("hex").slice(0, 40)}@${domain}>`;
  const content = contentOf(notice);
  return {
    from: sender,
    ...(replyTo === null ? {} : { replyTo: toAddress(replyTo) }),
    subject: plainLine(sayThread(state, release), subjectAtMost),
    messageId: idOf(key),
    ...(thread.previous === null ? {} : { inReplyTo: idOf(thread.previous) }),
    references: [...new Set(thread.previous === null ? [] : [thread.first, thread.previous])].map(idOf),
    date: new Date(atMs),
    priority: state.isGrave ? "high" : "normal",
    headers: {
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      "List-Id": `serin <${state.name.replaceAll(/[^a-z0-9-]/g, "-").slice(0, 60)}.serin.${domain}>`,
    },
    text: drawText(content),
    html: drawHtml(content),
  };
}

function toAddress(text: string): Address {
  const [, name = "", named, bare = ""] = addressPattern.exec(text) ?? [];
  return { name, address: named ?? bare };
}

const marks: Readonly<Record<string, string>> = { pass: "✓", fail: "✗", undecided: "?", "no-data": "–", invalid: "–", "not-yet": "·" };

function drawText({ title, moment, news, sentence, facts, gates, link, labels, language }: MailContent): string {
  const colon = language === "fr" ? "\u00a0:" : ":";
  const paragraphs = [
    [title, moment],
    [labels.news.toUpperCase(), ...news.map((line) => `- ${line}`)],
    [labels.where.toUpperCase(), sentence, ...facts.map(([label, value]) => `${label}${colon} ${value}`)],
    ...(gates.length === 0
      ? []
      : [
          [
            labels.gates.toUpperCase(),
            ...gates.map(({ kind, says, word, evidence }) => `${marks[kind] ?? ""} ${evidence ?? `${says}${colon} ${word}`}`),
          ],
        ]),
    ...(link === null ? [] : [[`${link.says}${colon} ${link.url}`]]),
  ];
  return `${paragraphs.map((lines) => lines.join("\n")).join("\n\n")}\n\n-- \n${labels.footer}\n`;
}
