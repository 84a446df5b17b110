import type { ReactNode } from "react";
import type { ReleaseView, WayBackView } from "../../src/http/release-view.ts";
import { frameWords } from "../words/frame-words.ts";
import { releaseWords } from "../words/release-words.ts";
import { useWords } from "../words/language.ts";
import { sayTimeExactly } from "../words/numbers.ts";

/** A rollback by hand, step by step, each with its time and whom it waits for; and how long it took against what the plan promises. */
export function WayBack({ wayBack, view }: { readonly wayBack: WayBackView; readonly view: ReleaseView }): ReactNode {
  const words = useWords(releaseWords);
  const { roles } = useWords(frameWords);
  const next = wayBack.steps.findIndex(({ atMs }) => atMs === null);
  const isLate = wayBack.tookMs !== null && wayBack.tookMs > wayBack.withinMs;
  return (
    <section className="way-back" aria-label={words.wayBack}>
      <h2 className="heading">{words.wayBack}</h2>
      <div className="sheet way-sheet">
        <ol className="steps">
          {wayBack.steps.map((step, at) => (
            <li key={step.kind} className={`step ${step.atMs === null ? (at === next ? "step-next" : "step-ahead") : "step-done"}`}>
              <span className="step-dot" aria-hidden="true" />
              <span className="strong">{step.label}</span>
              <span className="step-says">
                {step.atMs === null
                  ? at === next && step.roles.length > 0
                    ? words.waitsFor(step.roles.map((role) => roles[role]).join(", "))
                    : words.notYet
                  : sayTimeExactly(step.atMs, view.timeZone)}
                {step.by !== null && ` · ${step.by}`}
              </span>
            </li>
          ))}
        </ol>
        <p className={isLate ? "way-late" : undefined}>{wayBack.sentence}</p>
      </div>
    </section>
  );
}
