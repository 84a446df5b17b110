import type { ReactNode } from "react";
import type { CheckView } from "../../src/http/release-view.ts";
import { releaseWords } from "../words/release-words.ts";
import { useWords } from "../words/language.ts";
import { bandGeometry } from "./band-geometry.ts";
import type { BandGeometry } from "./band-geometry.ts";

/**
 * The interval that the data still allow, closing in on the pass line (dashed, blue) and the fail line (red), the zone between them grey, and
 * each line with its number. A picture of what the row says in figures, and so nothing for who listens.
 */
export function Band({ check }: { readonly check: Pick<CheckView, "band" | "kind"> }): ReactNode {
  if (check.band === null) return <span className="band band-none" aria-hidden="true" />;
  const drawn = bandGeometry(check.band);
  const { from, to, estimate, pass, fail, between, bad, goesOnLeft, goesOnRight, isBeyond } = drawn;
  return (
    <span className="band" aria-hidden="true">
      <span className="band-picture">
        <span className="band-bad" style={span(bad)} />
        {between !== null && <span className="band-between" style={span(between)} />}
        <span className="band-axis" />
        <span
          className={`band-interval${goesOnLeft ? " on-left" : ""}${goesOnRight ? " on-right" : ""}${isBeyond ? " beyond" : ""}`}
          style={span({ from, to })}
        />
        {estimate !== null && to - from > 6 && <span className="band-estimate" style={{ left: `${estimate}%` }} />}
        {pass !== null && <span className="band-line line-pass" style={{ left: `${pass}%` }} />}
        {pass !== fail && <span className="band-line line-fail" style={{ left: `${fail}%` }} />}
      </span>
      <Scale drawn={drawn} band={check.band} />
    </span>
  );
}

/** The number of each line below it: of two lines on the outer side of each, so that they never meet. */
function Scale({ drawn, band }: { readonly drawn: BandGeometry; readonly band: NonNullable<CheckView["band"]> }): ReactNode {
  const { pass, fail } = drawn;
  const isOne = pass === null || pass === fail;
  const sideOf = (at: number, other: number | null): string => (isOne || other === null ? "" : at < other ? " before" : " behind");
  return (
    <span className="band-scale">
      {pass !== null && !isOne && (
        <span className={`scale-pass${sideOf(pass, fail)}`} style={{ left: `${pass}%` }}>
          {band.passSays}
        </span>
      )}
      <span className={`${pass === fail ? "scale-pass" : "scale-fail"}${sideOf(fail, pass)}`} style={{ left: `${fail}%` }}>
        {band.failSays}
      </span>
    </span>
  );
}

function span({ from, to }: { readonly from: number; readonly to: number }): { readonly left: string; readonly width: string } {
  return { left: `${from}%`, width: `${to - from}%` };
}

/** How a band is read, for who sees one for the first time: each of its parts beside what it says. */
export function BandLegend(): ReactNode {
  const { band: words, bandRule } = useWords(releaseWords);
  return (
    <ul className="band-legend faint">
      {(["interval", "estimate", "pass", "between", "fail", "bad"] as const).map((part) => (
        <li key={part}>
          <span className={`legend-mark mark-${part}`} aria-hidden="true" />
          {words[part]}
        </li>
      ))}
      <li>{bandRule}</li>
    </ul>
  );
}
