import { useCallback } from "react";
import type { ReactNode } from "react";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { call } from "../api/call.ts";
import { To } from "../app/address.tsx";
import { useMine } from "../settings/use-mine.ts";
import { releaseWords } from "../words/release-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayAge } from "../words/numbers.ts";

const askedEveryMs = 10_000;

/** What a release that holds without readings lacks: which of its connections fail, since when, why, and what to do. */
export function SilentSources({ view }: { readonly view: ReleaseView }): ReactNode {
  return view.status.kind === "holding" && view.status.why.kind === "no-data" ? <Failing plan={view.name} /> : null;
}

function Failing({ plan }: { readonly plan: string }): ReactNode {
  const { silent: words } = useWords(releaseWords);
  const language = useLanguage();
  const ask = useCallback((signal: AbortSignal) => call("connections", { query: { language }, signal }), [language]);
  const [{ value }] = useMine(`connections ${language}`, ask, askedEveryMs);
  const failing = value?.connections.filter(({ state, plans }) => state === "fails" && plans.includes(plan)) ?? [];
  if (value === null || failing.length === 0) return null;
  return (
    <ul className="silent">
      {failing.map(({ port, name, lastAnswerMs, why, remedy }) => (
        <li key={`${port} ${name}`}>
          <p>
            <span className="strong">{name}</span>{" "}
            {lastAnswerMs === null ? words.never : words.since(sayAge(value.nowMs - lastAnswerMs, language))}
            {why !== null && <span className="silent-why"> {why}</span>}
          </p>
          <p className="faint">
            {remedy} <To path="/settings">{words.connections}</To>
          </p>
        </li>
      ))}
    </ul>
  );
}
