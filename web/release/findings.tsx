import type { ReactNode } from "react";
import type { CheckView } from "../../src/http/release-view.ts";
import { releaseWords } from "../words/release-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayCount } from "../words/numbers.ts";

type Because = NonNullable<CheckView["verdict"]>["because"];
type Finding = NonNullable<Extract<Because, { readonly kind: "proven-bad" }>["findings"]>[number];

/** What the source of a check names behind its verdict, the gravest first; empty: nothing. */
export function findingsOf(check: Pick<CheckView, "verdict">): readonly Finding[] {
  const because = check.verdict?.because;
  return because !== undefined && "findings" in because ? (because.findings ?? []) : [];
}

/** Where people may be sent: pages of the web alone, since addresses come from outside. */
export function safeAddress(address: string | null | undefined): string | null {
  return address !== null && address !== undefined && /^https?:\/\//i.test(address) ? address : null;
}

/** Errors with their innermost frames, and broken rules with their number, as a source named them. */
export function Findings({ findings }: { readonly findings: readonly Finding[] }): ReactNode {
  const words = useWords(releaseWords);
  const language = useLanguage();
  return (
    <ul className="findings">
      {findings.map((finding, at) => {
        const address = safeAddress("issue" in finding ? finding.url : finding.at);
        const text = "issue" in finding ? finding.issue : finding.rule;
        const count =
          "issue" in finding ? words.events(sayCount(finding.events, language)) : words.places(sayCount(finding.places, language));
        return (
          <li key={at} className="finding">
            <p>
              {address === null ? <span className="strong">{text}</span> : <Out address={address} text={text} />}{" "}
              <span className="faint">{count}</span> {"issue" in finding && finding.isNew && <span className="chip">{words.isNew}</span>}
            </p>
            {"issue" in finding && finding.frames.length > 0 && (
              <ol className="frames">
                {finding.frames.map((frame, depth) => (
                  <li key={depth}>
                    <code>{frame}</code>
                  </li>
                ))}
              </ol>
            )}
            {"rule" in finding && address === null && finding.at !== undefined && <code className="faint">{finding.at}</code>}
          </li>
        );
      })}
    </ul>
  );
}

function Out({ address, text }: { readonly address: string; readonly text: string }): ReactNode {
  return (
    <a className="strong" href={address} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  );
}
