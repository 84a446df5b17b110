import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { AskAnswer } from "../../src/http/contract.ts";
import type { ActionView, ReleaseView } from "../../src/http/release-view.ts";
import { after } from "../app/clock.ts";
import { usePerson } from "../app/session.tsx";
import { releaseWords } from "../words/release-words.ts";
import { useWords } from "../words/language.ts";
import { AskDialog } from "./ask-dialog.tsx";

/** How the screen asks something of its release. */
export interface Asking {
  /** Opens the dialog of an action; `label` is what the button said. */
  readonly press: (action: ActionView, label: string) => void;
  /** Says a sentence for a while. */
  readonly say: (sentence: string) => void;
  /** What is said now; `null`: nothing. */
  readonly says: string | null;
  /** The open dialog; `null`: none is. */
  readonly dialog: ReactNode;
}

interface Pressed {
  readonly action: ActionView;
  readonly label: string;
}

/** How long an answer is shown, ms. */
const shownMs = 10_000;

/** The dialog of one screen, and what became of it. Only what the server answers is shown as done; `refresh` asks for the release at once. */
export function useAsking(view: ReleaseView, refresh: () => void): Asking {
  const words = useWords(releaseWords);
  const person = usePerson();
  const [pressed, setPressed] = useState<Pressed | null>(null);
  const [says, setSays] = useState<string | null>(null);
  useEffect(() => (says === null ? undefined : after(shownMs, () => setSays(null))), [says]);
  // Where the release stands now, its screen says itself.
  const answered = ({ answer }: AskAnswer): void => {
    setSays(answer === "accepted" ? words.accepted : words.stored);
    setPressed(null);
    refresh();
  };
  const dialog = pressed !== null && (
    <AskDialog
      action={pressed.action}
      label={pressed.label}
      view={view}
      person={person}
      close={() => setPressed(null)}
      answered={answered}
    />
  );
  return { press: (action, label) => setPressed({ action, label }), say: setSays, says, dialog: dialog === false ? null : dialog };
}
