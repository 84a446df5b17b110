import { useCallback, useMemo } from "react";
import type { ReactNode } from "react";
import type { CheckView, ReleaseView } from "../../src/http/release-view.ts";
import { useParam } from "../app/address.tsx";
import { useSteadyOrder } from "../app/steady-order.ts";
import { releaseWords } from "../words/release-words.ts";
import { useWords } from "../words/language.ts";
import { CheckRow } from "./check-row.tsx";

/** Up to so many checks stand in the plan's order, and every one is seen; of more, those to look at come first. */
const fewChecks = 14;

/** What somebody has to look at stands first: proven bad, then what cannot be judged, then what is open. */
const ranks: Readonly<Record<CheckView["kind"], number>> = { fail: 0, invalid: 1, "no-data": 1, undecided: 2, "not-yet": 3, pass: 4 };

/** The checks in the order in which they are shown, and how many of the first ones are to be looked at; `null`: they are few, and in the plan's order. */
export function inOrderOfNeed(checks: readonly CheckView[]): { readonly ordered: readonly CheckView[]; readonly toLookAt: number | null } {
  if (checks.length <= fewChecks) return { ordered: checks, toLookAt: null };
  const ordered = checks.toSorted((a, b) => ranks[a.kind] - ranks[b.kind]);
  return { ordered, toLookAt: ordered.filter(({ kind }) => ranks[kind] <= 2).length };
}

/** Gates or guards under a heading. The address names the one that is open (`check`). */
export function CheckList({
  title,
  checks,
  view,
}: {
  readonly title: string;
  readonly checks: readonly CheckView[];
  readonly view: ReleaseView;
}): ReactNode {
  const words = useWords(releaseWords);
  const [opened, setOpened] = useParam("check");
  const { ordered, toLookAt } = useMemo(() => inOrderOfNeed(checks), [checks]);
  const [shown, handlers] = useSteadyOrder(ordered);
  const toggle = useCallback((id: string) => setOpened(id === opened ? null : id), [opened, setOpened]);
  if (checks.length === 0) return null;
  const row = (check: CheckView): ReactNode => (
    <CheckRow key={check.id} check={check} opened={check.id === opened ? view : null} toggle={toggle} />
  );
  return (
    <section className="checks" aria-label={title}>
      <h2 className="heading">{title}</h2>
      <div className={toLookAt === null ? undefined : "many"} {...handlers}>
        <ul className="sheet">{shown.slice(0, toLookAt ?? shown.length).map(row)}</ul>
        {toLookAt !== null && toLookAt < shown.length && (
          <details className="far" open={toLookAt === 0}>
            <summary>{words.showFar(shown.length - toLookAt)}</summary>
            <ul className="sheet">{shown.slice(toLookAt).map(row)}</ul>
          </details>
        )}
      </div>
    </section>
  );
}
