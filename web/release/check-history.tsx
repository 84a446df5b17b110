import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import type { HistoryAnswer } from "../../src/http/contract/insight.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { call } from "../api/call.ts";
import { problemOf } from "../api/problem.ts";
import { Boundary } from "../app/boundary.tsx";
import { every } from "../app/clock.ts";
import { ProblemNotice } from "../app/problem-notice.tsx";
import { historyWords } from "../words/history-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayTimeExactly } from "../words/numbers.ts";
import { Findings } from "./findings.tsx";
import { columnsOf, ratesOf, sayNumber, tablePoints } from "./history-data.ts";
import { WhatIf } from "./what-if.tsx";

const HistoryChart = lazy(() => import("./history-chart.tsx"));

/** While a release runs its evidence grows: an open panel looks again this often, ms. */
const lookEveryMs = 5_000;

type Loaded = { readonly history: HistoryAnswer | null; readonly problem: { readonly of: ReturnType<typeof problemOf> } | null };

interface Props {
  readonly check: string;
  readonly view: ReleaseView;
  /** A sentence that stands there already. */
  readonly known: string;
}

/** How the evidence of a check grew: chart, table, what stands behind it, and what another line would have said. */
export function CheckHistory({ check, view, known }: Props): ReactNode {
  const words = useWords(historyWords);
  const { history, problem } = useHistory(view, check);
  if (history === null) {
    return problem === null ? <div className="bone history-bone" aria-hidden="true" /> : <ProblemNotice problem={problem.of} />;
  }
  return (
    <section className="history" aria-label={words.history}>
      <Pictures history={history} timeZone={view.timeZone} />
      <h3 className="heading">{words.explains}</h3>
      <ul className="explains">
        {history.explains
          .filter((says) => says !== known)
          .map((says) => (
            <li key={says}>{says}</li>
          ))}
      </ul>
      {/* What failed names them already. */}
      {history.findings.length > 0 && history.points.at(-1)?.kind !== "fail" && <Findings findings={history.findings} />}
      {history.failAt !== null && <WhatIf release={view.id} history={history} />}
    </section>
  );
}

function Pictures({ history, timeZone }: { readonly history: HistoryAnswer; readonly timeZone: string }): ReactNode {
  const words = useWords(historyWords);
  const columns = useMemo(() => columnsOf(history), [history]);
  const rates = useMemo(() => ratesOf(history), [history]);
  if (history.points.length === 0) return <p className="faint">{words.nothingYet}</p>;
  const isDrawn = canDraw();
  return (
    <>
      {isDrawn && (
        <Boundary of={history.check} instead={null}>
          <Suspense fallback={<div className="bone history-bone" aria-hidden="true" />}>
            <figure>
              <figcaption className="faint">{history.pointsSay}</figcaption>
              <HistoryChart
                history={history}
                columns={columns}
                label={words.chartOf(history.pointsSay)}
                timeZone={timeZone}
                isJudged={true}
              />
            </figure>
            {rates !== null && (
              <figure>
                <figcaption className="faint">{history.seriesSay}</figcaption>
                <HistoryChart
                  history={history}
                  columns={rates}
                  label={words.chartOf(history.seriesSay)}
                  timeZone={timeZone}
                  isJudged={false}
                />
              </figure>
            )}
          </Suspense>
          <Legend hasArms={columns.canary.some((value) => value !== null) || rates !== null} />
        </Boundary>
      )}
      <details className="history-table" open={!isDrawn}>
        <summary>{words.asTable}</summary>
        <HistoryTable history={history} timeZone={timeZone} />
      </details>
    </>
  );
}

function Legend({ hasArms }: { readonly hasArms: boolean }): ReactNode {
  const words = useWords(historyWords);
  const marks = [
    { as: "allowed", says: words.allowed },
    { as: "estimate", says: words.estimate },
    ...(hasArms
      ? [
          { as: "canary", says: words.canary },
          { as: "stable", says: words.stable },
        ]
      : []),
  ];
  return (
    <ul className="history-legend faint">
      {marks.map(({ as, says }) => (
        <li key={as}>
          <span className={`history-mark mark-${as}`} aria-hidden="true" />
          {says}
        </li>
      ))}
    </ul>
  );
}

function HistoryTable({ history, timeZone }: { readonly history: HistoryAnswer; readonly timeZone: string }): ReactNode {
  const words = useWords(historyWords);
  const language = useLanguage();
  const say = (value: number | null): string => (value === null ? "" : sayNumber(value, history.unit, language));
  return (
    <div className="history-rows" tabIndex={0} role="region" aria-label={words.asTable}>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.verdict}</th>
            <th scope="col">{words.estimate}</th>
            <th scope="col">{words.allowed}</th>
          </tr>
        </thead>
        <tbody>
          {tablePoints(history.points).map(({ atMs, kind, estimate, low, high }) => (
            <tr key={atMs}>
              <th scope="row">{sayTimeExactly(atMs, timeZone)}</th>
              <td className={`kind-${kind}`}>{words.kinds[kind]}</td>
              <td>{say(estimate)}</td>
              <td>{low === null || high === null ? "" : `${say(low)} … ${say(high)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** False where there is nothing to draw on: then the table is all there is. */
function canDraw(): boolean {
  return typeof matchMedia === "function" && typeof ResizeObserver === "function";
}

const ended: ReadonlySet<ReleaseView["status"]["kind"]> = new Set(["promoted", "rolled-back", "stopped", "halted"]);

/** The history of a check: read at once, and again every few seconds while the release runs and somebody looks. */
function useHistory({ id, status }: Pick<ReleaseView, "id" | "status">, check: string): Loaded {
  const language = useLanguage();
  const [loaded, setLoaded] = useState<Loaded & { readonly of: string }>({ history: null, problem: null, of: "" });
  const isOver = ended.has(status.kind);
  const of = [id, check, language].join("\n");
  useEffect(() => {
    const gone = new AbortController();
    const load = async (): Promise<void> => {
      try {
        const history = await call("history", { values: { id }, query: { check, language }, signal: gone.signal });
        if (!gone.signal.aborted) setLoaded({ history, problem: null, of });
      } catch (error) {
        // What was seen last is still shown.
        if (!gone.signal.aborted)
          setLoaded((before) => ({ history: before.of === of ? before.history : null, problem: { of: problemOf(error) }, of }));
      }
    };
    void load();
    const stop = isOver ? null : every(lookEveryMs, () => void (document.hidden || load()));
    return () => {
      gone.abort();
      stop?.();
    };
  }, [id, check, language, isOver, of]);
  return loaded.of === of ? loaded : { history: null, problem: null };
}
