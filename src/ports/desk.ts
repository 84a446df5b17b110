import type { Language, Role } from "../core/plan.ts";
import type { ButtonState } from "../core/view/notice-buttons.ts";
import type { Notice } from "../ports.ts";

/*
 * The way back in: what people press in the messages of a notifier, and where it is brought.
 */

/** A button of a message that somebody pressed. */
export interface Pressed {
  /** Names this press: the same press again acts once. */
  readonly id: string;
  /** Who pressed, as the notifier's system knows them: "U0123ABC". */
  readonly who: string;
  readonly release: string;
  /** The revision that the message showed. */
  readonly revision: number;
  readonly kind: ButtonState["kind"];
  readonly as: Role | null;
  /** The language of the message. */
  readonly language: Language;
}

/** What came of a press: a sentence for who pressed, and where the release stands now; `null`: it is not known here. */
export interface PressAnswer {
  readonly says: string;
  readonly now: Pick<Notice, "release" | "state" | "link"> | null;
}

/** Where a notifier brings what people press. */
export interface Desk {
  /** Asks the release as the person whom the server's file knows by `who`. Never throws: whatever went wrong is said. */
  press(pressed: Pressed): Promise<PressAnswer>;
  /** The notifier cannot hear people, or cannot answer them: for the server's log. No secret. */
  trouble(says: string): void;
  /** A trouble is over. */
  recovery(says: string): void;
}

/** How a notifier hears. `path`: calls from outside arrive there ("/slack/interactions"); `null`: it needs none. */
export interface Inbox {
  readonly path: string | null;
  /** Takes one call, its body as it came, and answers its status at once; what it asks for goes on by itself. `null`: it is not for this one. */
  receive(call: InboxCall): 200 | 409 | null;
}

export interface InboxCall {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
