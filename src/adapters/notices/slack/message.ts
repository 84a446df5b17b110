import { capital } from "../../../core/messages/context.ts";
import { drawShare, noticeWords, sayPhaseOf, sayReactionOf, sayThread, sayVersions } from "../../../core/messages/notices.ts";
import { sayTimeExactly } from "../../../core/messages/times.ts";
import type { GateState, NoticeState } from "../../../core/view/notice-state.ts";
import type { Notice } from "../../../ports.ts";
import { cutTo, plainLine } from "../../../core/plain-line.ts";
import { buttonBlocks } from "./buttons.ts";
import type { ActionsBlock } from "./buttons.ts";

/**
 * What a message is made of. Everything from outside is the text of a `text` element, or of a `plain_text` without emoji: Slack reads no markup,
 * mention or link in either.
 *
 * Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block, …/header-block
 */
export type Block =
  | { readonly type: "header"; readonly text: { readonly type: "plain_text"; readonly text: string; readonly emoji: false } }
  | { readonly type: "rich_text"; readonly elements: readonly Element[] }
  | ActionsBlock;

type Element =
  | { readonly type: "rich_text_section"; readonly elements: readonly Inline[] }
  | { readonly type: "rich_text_list"; readonly style: "bullet"; readonly elements: readonly Section[] };

type Section = Extract<Element, { readonly type: "rich_text_section" }>;

type Inline =
  | { readonly type: "text"; readonly text: string; readonly style?: { readonly bold?: true; readonly italic?: true } }
  | { readonly type: "emoji"; readonly name: string }
  | { readonly type: "link"; readonly url: string; readonly text: string };

/** A message as it is posted. `text` is what a notification shows; it is read as mrkdwn, and escaped. */
export interface Message {
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** Source: https://docs.slack.dev/reference/block-kit/blocks/header-block (150 characters) */
const longestHeader = 150;
const longestText = 3_000;
/** All texts of a message together: Slack answers `msg_blocks_too_long` somewhere beyond 12,000. */
const roomForTexts = 10_000;
/** Gates and lines beyond these are counted, not shown. */
const gatesAtMost = 20;
const linesAtMost = 20;

/** Whether presses are heard, so that a message may have buttons. */
export type Hearing = "heard" | "unheard";

/**
 * The message that stands for the release in the channel, and is kept up to date: where it stands, who has approved what is asked for now, and,
 * where presses are heard, what may be pressed.
 */
export function headMessage({ state, release, link }: Pick<Notice, "state" | "release" | "link">, hearing: Hearing): Message {
  const words = noticeWords[state.language];
  const phase = sayPhaseOf(state);
  const lines: readonly (Section | null)[] = [
    section([emoji(tones[state.tone]), text(` ${plainLine(state.sentence)}`, "bold")]),
    labelled(words.share, [drawShare(state), ...(phase === null ? [] : [phase])].join(" · "), state),
    labelled(words.versions, sayVersions(state).join(", "), state),
    labelled(words.environment, state.environment, state),
    labelled(words.startedBy, state.startedBy, state),
    state.reaction === null ? null : labelled(words.reaction, sayReactionOf(state.reaction, state), state),
    state.approvals.length === 0 ? null : labelled(words.approvals, state.approvals.map(sayApproval).join(" · "), state),
  ];
  const gates = gateList(state);
  const buttons = hearing === "heard" ? buttonBlocks({ state, release }) : [];
  const ended = link === null ? null : section([{ type: "link", url: link, text: words.open }]);
  return {
    text: escape([sayThread(state, release), state.sentence].map((line) => plainLine(line)).join("\n")),
    blocks: [
      ...fit([header(sayThread(state, release)), rich([...lines.flatMap(whole), ...gates, ...whole(ended)])], textsOf(buttons)),
      ...buttons,
    ],
  };
}

/** The answer in the thread that tells one notice: its news, and the evidence behind a reaction. */
export function newsMessage({ title, lines, state, atMs, link }: Notice): Message {
  const words = noticeWords[state.language];
  const shown = lines.slice(0, linesAtMost);
  const more = lines.length > shown.length ? [words.moreGates(lines.length - shown.length)] : [];
  const [first = title, ...rest] = [...shown, ...more].map((line) => plainLine(line));
  const head = [...(state.isGrave ? [emoji("rotating_light"), text(" ")] : []), text(first, "bold")];
  const reaction = state.isGrave && state.reaction !== null ? labelled(words.reaction, sayReactionOf(state.reaction, state), state) : null;
  const foot: readonly Inline[] = [
    text(`${sayTimeExactly(state, atMs)} (${state.timeZone})`, "italic"),
    ...(link === null ? [] : [text(" · "), { type: "link", url: link, text: words.open } as const]),
  ];
  return {
    text: escape([title, ...lines].map((line) => plainLine(line)).join("\n")),
    blocks: fit([rich([section(head), ...rest.map((line) => section([text(line)])), ...whole(reaction), section(foot)])]),
  };
}

const tones: Readonly<Record<NoticeState["tone"], string>> = {
  calm: "hourglass_flowing_sand",
  waiting: "raised_hand",
  holding: "warning",
  danger: "rotating_light",
  good: "white_check_mark",
  over: "leftwards_arrow_with_hook",
};

const verdicts: Readonly<Record<GateState["kind"], string>> = {
  pass: "white_check_mark",
  fail: "x",
  undecided: "grey_question",
  "no-data": "no_entry_sign",
  invalid: "no_entry_sign",
  "not-yet": "white_circle",
};

function gateList(state: NoticeState): readonly Element[] {
  const words = noticeWords[state.language];
  if (state.gates.length === 0) return [];
  const shown = state.gates.slice(0, gatesAtMost).map(({ kind, says, word, evidence }) => {
    const verdict = evidence === null ? [text(plainLine(says), "bold"), text(` · ${word}`)] : [text(plainLine(evidence))];
    return section([emoji(verdicts[kind]), text(" "), ...verdict]);
  });
  const more = state.gates.length - shown.length;
  return [
    section([text(words.gates, "bold")]),
    { type: "rich_text_list", style: "bullet", elements: more > 0 ? [...shown, section([text(words.moreGates(more))])] : shown },
  ];
}

function labelled(label: string, value: string, { language }: NoticeState): Section {
  return section([text(`${label}${language === "fr" ? "\u00a0: " : ": "}`, "bold"), text(plainLine(value))]);
}

/** How long the texts of buttons are together, UTF-16 units. */
function textsOf(blocks: readonly ActionsBlock[]): number {
  const texts = blocks.flatMap(({ elements }) =>
    elements.flatMap(({ text, confirm }) => [text, confirm.title, confirm.text, confirm.confirm, confirm.deny]),
  );
  return texts.reduce((sum, { text }) => sum + text.length, 0);
}

function sayApproval({ title, says, by }: NoticeState["approvals"][number]): string {
  return by === null ? `${title} ${says}` : `${title} ${says} (${by})`;
}

function header(title: string): Block {
  return { type: "header", text: { type: "plain_text", text: plainLine(capital(title), longestHeader), emoji: false } };
}

/** Sections follow one another on one line unless each ends its own. */
function rich(elements: readonly Element[]): Block {
  const ended = elements.map((element, index): Element => {
    const next = elements[index + 1];
    if (element.type === "rich_text_list" || next === undefined || next.type === "rich_text_list") return element;
    return { ...element, elements: [...element.elements, text("\n")] };
  });
  return { type: "rich_text", elements: ended };
}

function section(elements: readonly Inline[]): Section {
  return { type: "rich_text_section", elements };
}

function text(said: string, style: "plain" | "bold" | "italic" = "plain"): Inline {
  return style === "plain" ? { type: "text", text: said } : { type: "text", text: said, style: { [style]: true } };
}

function emoji(name: string): Inline {
  return { type: "emoji", name };
}

function whole<T>(item: T | null): readonly T[] {
  return item === null ? [] : [item];
}

/**
 * The blocks with texts cut where all of them together, and `taken` UTF-16 units of others, would be too long: a message without a piece of a sentence
 * is better than none.
 */
function fit(blocks: readonly Block[], taken = 0): readonly Block[] {
  let room = roomForTexts - taken;
  const cut = (inline: Inline): readonly Inline[] => {
    if (inline.type !== "text" || inline.text === "\n") return [inline];
    if (room <= 1) return [];
    const said = cutTo(inline.text, Math.min(room, longestText));
    room -= said.length;
    return [{ ...inline, text: said }];
  };
  const cutSection = (found: Section): readonly Section[] => {
    const elements = found.elements.flatMap(cut);
    return elements.some((inline) => inline.type !== "text" || inline.text !== "\n") ? [section(elements)] : [];
  };
  return blocks.map((block) => {
    if (block.type !== "rich_text") return block;
    const elements = block.elements.flatMap((element): readonly Element[] => {
      if (element.type === "rich_text_section") return cutSection(element);
      const items = element.elements.flatMap(cutSection);
      return items.length === 0 ? [] : [{ ...element, elements: items }];
    });
    return { ...block, elements };
  });
}

/**
 * A text that Slack shows as it is where it reads mrkdwn: no mention, link or entity comes of it.
 *
 * Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function escape(said: string): string {
  return cutTo(said, longestText).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
