import { memo } from "react";
import type { ReactNode } from "react";
import type { CheckView, ReleaseView } from "../../src/http/release-view.ts";
import { releaseWords } from "../words/release-words.ts";
import { useWords } from "../words/language.ts";
import { Band } from "./band.tsx";
import { CheckPanel } from "./check-panel.tsx";
import { Findings, findingsOf } from "./findings.tsx";

/** A sign beside the word, for who does not tell the colours apart. */
const signs: Readonly<Record<CheckView["kind"], string>> = {
  pass: "✓",
  fail: "✗",
  undecided: "…",
  "no-data": "?",
  invalid: "!",
  "not-yet": "·",
};

interface Props {
  readonly check: CheckView;
  /** What the opened panel may show of the release; `null`: the row is closed. */
  readonly opened: ReleaseView | null;
  readonly toggle: (id: string) => void;
}

/** A gate or guard as a row that opens: its name, its band, the figure, the verdict in a word, its line or reaction. */
export const CheckRow = memo(function CheckRow({ check, opened, toggle }: Props): ReactNode {
  const words = useWords(releaseWords);
  const isOpen = opened !== null;
  const findings = check.kind === "fail" && !isOpen ? findingsOf(check).slice(0, 1) : [];
  const panel = `panel-${check.id}`;
  return (
    <li className={`check kind-${check.kind}${isOpen ? " check-open" : ""}`}>
      <button
        type="button"
        className="check-row"
        aria-expanded={isOpen}
        aria-controls={isOpen ? panel : undefined}
        onClick={() => toggle(check.id)}
      >
        <span className="check-label">{check.label}</span>
        <Band check={check} />
        <span className="check-figure">
          {check.figure} {check.figure !== null && check.counts !== null && <span className="check-counts">{check.counts}</span>}
        </span>
        <span className="check-word">
          <span className="check-sign" aria-hidden="true">
            {signs[check.kind]}
          </span>
          <span>{check.word}</span>
        </span>
        <span className="check-aside">
          {check.aside}{" "}
          {check.verdict !== null && check.kind !== "no-data" && (
            <span className="check-assumes">{words.assumes[check.verdict.assumes]}</span>
          )}
        </span>
      </button>
      {findings.length > 0 && <Findings findings={findings} />}
      {isOpen && (
        <div id={panel}>
          <CheckPanel check={check} view={opened} />
        </div>
      )}
    </li>
  );
});
