import type { ReactNode } from "react";
import type { CheckView } from "../../src/http/release-view.ts";
import { bandGeometry } from "./band-geometry.ts";

/**
 * The interval that the data still allow, closing in on the pass line (dashed, blue) and the fail line (red), the zone between them grey. A
 * picture of what the row says in figures, and so nothing for who listens.
 */
export function Band({ check }: { readonly check: Pick<CheckView, "band" | "kind"> }): ReactNode {
  if (check.band === null) return <span className="band band-none" aria-hidden="true" />;
  const { from, to, estimate, pass, fail, between, bad, goesOnLeft, goesOnRight, isBeyond } = bandGeometry(check.band);
  return (
    <span className="band" aria-hidden="true">
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
  );
}

function span({ from, to }: { readonly from: number; readonly to: number }): { readonly left: string; readonly width: string } {
  return { left: `${from}%`, width: `${to - from}%` };
}
