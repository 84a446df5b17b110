import { useCallback, useEffect, useId, useState } from "react";
import type { ReactNode } from "react";
import { useLocation } from "wouter";
import type { ProblemAnswer, ReleaseSummary } from "../../src/http/contract.ts";
import type { SessionPerson } from "../../src/http/contract/access.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { call } from "../api/call.ts";
import { problemOf } from "../api/problem.ts";
import { pathOfRelease, To, useParam } from "../app/address.tsx";
import { ProblemNotice } from "../app/problem-notice.tsx";
import { usePerson } from "../app/session.tsx";
import { useModal } from "../app/use-modal.ts";
import { inOrder, isOver } from "../releases/order.ts";
import { useLanguage, useWords } from "../words/language.ts";
import type { Language } from "../words/language.ts";
import { releaseWords } from "../words/release-words.ts";
import type { ReleaseWords } from "../words/release-words.ts";
import { Reason } from "./ask-dialog.tsx";
import { whyGrey } from "./may-press.ts";

/** What was promoted longer ago than this is no news any more: its way back stands on its own screen, ms. */
const freshMs = 24 * 3_600_000;

/** The way back from every screen: a button that opens the releases that people can be taken back from, so that it is two clicks wherever one is. */
export function Emergency(): ReactNode {
  const { emergency: words } = useWords(releaseWords);
  const { roles } = usePerson();
  const [isOpen, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  if (roles.every((role) => role === "viewer")) return null;
  return (
    <>
      <button
        type="button"
        className="button careful emergency"
        aria-haspopup="dialog"
        aria-label={words.button}
        title={words.hint}
        onClick={() => setOpen(true)}
      >
        <svg aria-hidden="true" viewBox="0 0 20 20" width="18" height="18">
          <path d="M8 4 3 9l5 5M3.5 9H12a5 5 0 0 1 0 9H8" fill="none" stroke="currentColor" strokeWidth="2" />
        </svg>
        <span>{words.button}</span>
      </button>
      {isOpen && <EmergencyDialog close={close} />}
    </>
  );
}

type Found =
  | { readonly kind: "looking" }
  | { readonly kind: "found"; readonly views: readonly ReleaseView[] }
  | { readonly kind: "refused"; readonly problem: ProblemAnswer | null };

/** Each release that people can be taken back from, with what that does; one press takes them back, and shows that release. */
function EmergencyDialog({ close }: { readonly close: () => void }): ReactNode {
  const all = useWords(releaseWords);
  const words = all.emergency;
  const dialog = useModal();
  const title = useId();
  const [reason, setReason] = useState(all.emergencyReasons.rollback ?? "");
  const found = useFound();
  const { takeBack, sending, refused } = useTakeBack(reason, close);
  const person = usePerson();
  const isMine = found.kind === "found" && found.views.some((view) => wayOf(view, person, all).why === null);
  return (
    <dialog ref={dialog} className="ask" aria-labelledby={title} onClose={close}>
      <div className="ask-parts">
        <h2 id={title} className="ask-title ask-first" tabIndex={-1}>
          {words.title}
        </h2>
        <p role="status">{found.kind === "looking" ? words.looking : words.hint}</p>
        {isMine && <Reason reason={reason} write={setReason} isFirst={false} />}
        {found.kind === "refused" && <ProblemNotice problem={found.problem} />}
        {found.kind === "found" && (found.views.length === 0 ? <p>{words.nothing}</p> : null)}
        {found.kind === "found" && found.views.length > 0 && (
          <ul className="emergency-list">
            {found.views.map((view) => (
              <Way key={view.id} view={view} isSending={sending} isReady={reason.trim() !== ""} takeBack={takeBack} close={close} />
            ))}
          </ul>
        )}
        {refused !== undefined && <ProblemNotice problem={refused} />}
        <div className="ask-foot">
          <p className="faint" role="status">
            {sending && all.sending}
          </p>
          <button type="button" className="button" onClick={close}>
            {all.cancel}
          </button>
        </div>
      </div>
    </dialog>
  );
}

/** What taking people back does, and why this person cannot; `null`: they can. */
function wayOf(
  view: ReleaseView,
  person: SessionPerson,
  words: ReleaseWords,
): { readonly why: string | null; readonly consequence: string } {
  const action = view.actions.find(({ kind }) => kind === "rollback");
  if (action === undefined) return { why: "", consequence: "" };
  return { why: whyGrey(action, person, view.environment, words), consequence: action.consequence };
}

interface WayProps {
  readonly view: ReleaseView;
  readonly isSending: boolean;
  readonly isReady: boolean;
  readonly takeBack: (view: ReleaseView) => void;
  readonly close: () => void;
}

/** One release: where it stands, what its way back does, and the button, or why it is not this person's. */
function Way({ view, isSending, isReady, takeBack, close }: WayProps): ReactNode {
  const all = useWords(releaseWords);
  const person = usePerson();
  const { why, consequence } = wayOf(view, person, all);
  const link = why === null ? all.emergency.open : all.emergency.report;
  return (
    <li>
      <p>
        <span className="strong">{view.name}</span> <span className="faint">{view.environment}</span>
      </p>
      <p className="faint">{view.sentence}</p>
      <p>{why ?? consequence}</p>
      <p className="emergency-way">
        {why === null && (
          <button type="button" className="button grave" disabled={isSending || !isReady} onClick={() => takeBack(view)}>
            {all.emergency.takeBack(view.name)}
          </button>
        )}
        <To path={pathOfRelease(view.id)} label={`${link}: ${view.name}`} follow={close}>
          {link}
        </To>
      </p>
    </li>
  );
}

/** People may be on its new version: it runs, or everybody has it and the old one may still be there. */
function mayHavePeople(release: ReleaseSummary): boolean {
  return release.status !== "waiting" && (!isOver(release) || release.status === "promoted");
}

async function findWays(language: Language, signal: AbortSignal): Promise<readonly ReleaseView[]> {
  const { releases } = await call("listReleases", { query: { language, limit: 100 }, signal });
  const near = inOrder(releases.filter(mayHavePeople)).slice(0, 20);
  const views = await Promise.all(near.map(({ id }) => call("showRelease", { values: { id }, query: { language }, signal })));
  return views.filter(
    ({ actions, status, nowMs }) =>
      actions.some(({ kind, why }) => kind === "rollback" && why === null) &&
      (status.kind !== "promoted" || nowMs - status.sinceMs < freshMs),
  );
}

/** What people can be taken back from, as it is when the dialog opens: nothing in it moves after that. */
function useFound(): Found {
  const language = useLanguage();
  const [found, setFound] = useState<Found>({ kind: "looking" });
  useEffect(() => {
    const leaving = new AbortController();
    findWays(language, leaving.signal).then(
      (views) => setFound({ kind: "found", views }),
      (error: unknown) => {
        if (!leaving.signal.aborted) setFound({ kind: "refused", problem: problemOf(error) });
      },
    );
    return () => leaving.abort();
  }, [language]);
  return found;
}

interface TakeBack {
  readonly takeBack: (view: ReleaseView) => void;
  readonly sending: boolean;
  /** Why it was refused; `null`: nobody answered; `undefined`: it was not. */
  readonly refused: ProblemAnswer | null | undefined;
}

/** Takes everybody back, and shows the release once the server has said so. */
function useTakeBack(reason: string, close: () => void): TakeBack {
  const language = useLanguage();
  const [lang] = useParam("lang");
  const [, go] = useLocation();
  const [sending, setSending] = useState(false);
  const [refused, setRefused] = useState<ProblemAnswer | null>();
  const takeBack = ({ id, revision }: ReleaseView): void => {
    setSending(true);
    setRefused(undefined);
    const body = { kind: "rollback", reason: reason.trim() };
    call("ask", { values: { id }, revision, query: { language }, body }).then(
      () => {
        close();
        go(lang === null ? pathOfRelease(id) : `${pathOfRelease(id)}?lang=${lang}`);
      },
      (error: unknown) => {
        setSending(false);
        setRefused(problemOf(error));
      },
    );
  };
  return { takeBack, sending, refused };
}
