import type { Entry } from "../core/decision.ts";
import type { Language, Role } from "../core/plan.ts";
import type { ButtonState } from "../core/view/notice-buttons.ts";
import type { NoticeState } from "../core/view/notice-state.ts";

/** One notice, rendered: a pure function of the journal and the server's address, so that every try of it is the same to the letter. */
export interface Notice {
  readonly key: string;
  readonly to: string;
  readonly release: string;
  readonly atMs: number;
  readonly title: string;
  /** One sentence a line. */
  readonly lines: readonly string[];
  readonly entry: Entry;
  /** Where the release stood after the entry. */
  readonly state: NoticeState;
  /** Keys of the first notice of this release to this receiver and of the one before this; `previous` is `null` for the first itself. */
  readonly thread: { readonly first: string; readonly previous: string | null };
  /** Where the release is shown; `null`: the server's file has no `publicUrl`. */
  readonly link: string | null;
}

export interface Notifier {
  /**
   * Tells; resolving means that the receiver has it. Notices of one release to one receiver come one after the other, in the journal's order but
   * for those that failed for long; others come beside them. The same notice may come again: after a failure, and after a crash also when it arrived.
   */
  send(notice: Notice, signal: AbortSignal): Promise<void>;
  /**
   * Hears from now on what people press in its messages, until the server closes, and brings it to `desk`; answers by which calls it hears. Called
   * at most once. Absent, or `null`: its messages have no buttons.
   */
  listen?(desk: Desk): Inbox | null;
}

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
