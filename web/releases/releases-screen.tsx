import { useEffect, useMemo, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import type { ListReleasesAnswer, ProblemAnswer, ReleaseSummary, ReleasesEvent } from "../../src/http/contract.ts";
import { call } from "../api/call.ts";
import { problemOf } from "../api/problem.ts";
import { liveReleases, useLive } from "../api/use-live.ts";
import { useParam } from "../app/address.tsx";
import { localNowMs, useServerNow } from "../app/clock.ts";
import { LinkBanner } from "../app/link-banner.tsx";
import { ProblemNotice } from "../app/problem-notice.tsx";
import { useSteadyOrder } from "../app/steady-order.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { releasesWords } from "../words/releases-words.ts";
import { Freezes } from "./freezes.tsx";
import { inOrder, isOver, marks } from "./order.ts";
import { ReleaseLine } from "./release-line.tsx";

const minuteMs = 60_000;

/** What runs now, where it stands, what it waits for; then what is over. The address names an older page (`before`) and an environment. */
export function ReleasesScreen(): ReactNode {
  const words = useWords(releasesWords);
  const [before] = useParam("before");
  return (
    <div className="page">
      <h1 className="unseen">{words.title}</h1>
      {before === null ? <Newest /> : <Older key={before} before={before} />}
    </div>
  );
}

function Newest(): ReactNode {
  const language = useLanguage();
  const live = useMemo(() => liveReleases(language), [language]);
  const state = useLive(live);
  useTitle(markOf(state.value?.releases ?? []));
  return (
    <>
      <LinkBanner state={state} retry={live.refresh} />
      {state.problem !== null && <ProblemNotice problem={state.problem} />}
      {state.value === null ? <Skeleton /> : <Page answer={state.value} heardMs={state.heardMs} />}
    </>
  );
}

/** That people are being taken back somewhere, or that somebody should look. */
function markOf(releases: readonly ReleaseSummary[]): string {
  if (releases.some(({ tone }) => tone === "danger")) return marks.danger;
  return releases.some(({ tone }) => tone === "holding") ? marks.holding : "";
}

/** Keeps the title of the tab; its mark says trouble from afar. */
function useTitle(mark: string): void {
  const words = useWords(releasesWords);
  useEffect(() => {
    document.title = `${mark}${words.title} · serin`;
  }, [mark, words]);
}

function Page({ answer, heardMs }: { readonly answer: ReleasesEvent; readonly heardMs: number }): ReactNode {
  const words = useWords(releasesWords);
  const nowMs = useServerNow({ serverMs: answer.nowMs, localMs: heardMs }, 5_000);
  const [environment, setEnvironment] = useParam("environment");
  const environments = [...new Set(answer.releases.map((release) => release.environment))].sort();
  const shown = answer.releases.filter((release) => environment === null || release.environment === environment);
  if (answer.releases.length === 0) return <Empty freezes={<Freezes freezes={answer.freezes} nowMs={nowMs} releases={[]} />} />;
  return (
    <>
      <Freezes freezes={answer.freezes} nowMs={nowMs} releases={answer.releases} />
      {environments.length > 1 && (
        <label className="filter">
          <span className="faint">{words.environment}</span>{" "}
          <select value={environment ?? ""} onChange={(event) => setEnvironment(event.target.value === "" ? null : event.target.value)}>
            <option value="">{words.everywhere}</option>
            {environments.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {shown.length === 0 && environment !== null && <p className="faint">{words.noneHere(environment)}</p>}
      <Section title={words.running} releases={shown.filter((release) => !isOver(release))} nowMs={nowMs} none={words.noneRuns} />
      <Section title={words.over} releases={shown.filter(isOver)} nowMs={nowMs} none={null} />
      <Pager next={answer.next} />
    </>
  );
}

/** A heading and its lines, trouble first. Arrows go from line to line. `none` is said instead of no lines; `null`: then it is left out. */
function Section(props: {
  readonly title: string;
  readonly releases: readonly ReleaseSummary[];
  readonly nowMs: number;
  readonly none: string | null;
}): ReactNode {
  const [shown, handlers] = useSteadyOrder(useMemo(() => inOrder(props.releases), [props.releases]));
  if (shown.length === 0 && props.none === null) return null;
  return (
    <section className="lines-section" {...handlers}>
      <h2 className="heading">{props.title}</h2>
      {shown.length === 0 && <p className="faint">{props.none}</p>}
      <ul className="lines sheet" onKeyDown={moveFocus} hidden={shown.length === 0}>
        {shown.map((release) => (
          <ReleaseLine key={release.id} release={release} ageMs={ageOf(release, props.nowMs)} />
        ))}
      </ul>
    </section>
  );
}

/** Ages below two minutes tick; the others only change with the minute, so that their lines are not drawn anew. */
function ageOf(release: ReleaseSummary, nowMs: number): number {
  const ageMs = nowMs - release.sinceMs;
  return ageMs < 2 * minuteMs ? ageMs : Math.floor(ageMs / minuteMs) * minuteMs;
}

/** Arrow keys (and j, k) go to the next and the previous line. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (step === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>(".line-link")];
  const at = links.findIndex((link) => link === document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
  event.preventDefault();
}

/** A page of older releases as it was when it was asked for: what is that old stands still. */
function Older({ before }: { readonly before: string }): ReactNode {
  const words = useWords(releasesWords);
  const language = useLanguage();
  useTitle("");
  const [page, setPage] = useState<{ readonly answer: ListReleasesAnswer; readonly nowMs: number } | null>(null);
  const [problem, setProblem] = useState<{ readonly problem: ProblemAnswer | null } | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    call("listReleases", { query: { before, language }, signal: leaving.signal }).then(
      (answer) => setPage({ answer, nowMs: localNowMs() }),
      (error: unknown) => {
        if (!leaving.signal.aborted) setProblem({ problem: problemOf(error) });
      },
    );
    return () => leaving.abort();
  }, [before, language]);
  if (problem !== null) return <ProblemNotice problem={problem.problem} />;
  if (page === null) return <Skeleton />;
  return (
    <>
      <Section title={words.older} releases={page.answer.releases} nowMs={page.nowMs} none={words.none} />
      <Pager next={page.answer.next} isOlder />
    </>
  );
}

function Pager({ next, isOlder = false }: { readonly next: string | null; readonly isOlder?: boolean }): ReactNode {
  const words = useWords(releasesWords);
  const [, setBefore] = useParam("before", "step");
  return (
    <div className="pager">
      {isOlder && (
        <button type="button" className="button small" onClick={() => setBefore(null)}>
          {words.newest}
        </button>
      )}
      {next !== null && (
        <button type="button" className="button small" onClick={() => setBefore(next)}>
          {words.older}
        </button>
      )}
    </div>
  );
}

function Empty({ freezes }: { readonly freezes: ReactNode }): ReactNode {
  const words = useWords(releasesWords);
  const commands = [
    ["serin plan lint plan.yaml", words.beginLint],
    ["serin doctor plan.yaml", words.beginDoctor],
    ["serin release start plan.yaml --set SERVICE=VERSION --reason WHY", words.beginStart],
  ] as const;
  return (
    <>
      {freezes}
      <div className="empty">
        <h2 className="empty-title">{words.none}</h2>
        <p>{words.begin}</p>
        <ol>
          {commands.map(([command, says]) => (
            <li key={command}>
              <code>{command}</code> <span className="faint">{says}</span>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}

/** The place of the lines before anything was heard. */
function Skeleton(): ReactNode {
  return (
    <div className="lines sheet skeleton" aria-hidden="true">
      {[0, 1, 2].map((at) => (
        <div key={at} className="release-line">
          <span className="bone" />
          <span className="bone" />
          <span className="bone" />
        </div>
      ))}
    </div>
  );
}
