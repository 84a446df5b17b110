import { useCallback } from "react";
import type { ReactNode } from "react";
import type { ConnectionsAnswer, ConnectionView } from "../../src/http/contract/insight.ts";
import { call } from "../api/call.ts";
import type { Asked } from "../api/use-asked.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayAge, sayMs } from "../words/numbers.ts";
import { settingsWords } from "../words/settings-words.ts";
import { AskedSection } from "./asked-section.tsx";
import { useNow } from "./server-time.ts";
import { useMine } from "./use-mine.ts";

const signs = { fails: "✗", "not-asked": "○", answers: "✓" } as const;
/** What somebody has to look at stands first. */
const order: readonly ConnectionView["state"][] = ["fails", "answers", "not-asked"];
const askedEveryMs = 10_000;

/** What the server said last of its connections, and of the time. */
export function useConnections(): Asked<ConnectionsAnswer> {
  const language = useLanguage();
  const ask = useCallback((signal: AbortSignal) => call("connections", { query: { language }, signal }), [language]);
  const [asked] = useMine(`connections ${language}`, ask, askedEveryMs);
  return asked;
}

/** With what the server is connected: whether it answers, what it does, which plans use it; what fails says what to do. */
export function Connections({ asked }: { readonly asked: Asked<ConnectionsAnswer> }): ReactNode {
  const words = useWords(settingsWords);
  return (
    <AskedSection title={words.connections} says={null} asked={asked}>
      {({ connections }) =>
        connections.length === 0 ? <p className="faint">{words.noConnections}</p> : <Table connections={connections} />
      }
    </AskedSection>
  );
}

/** Roles are named because a phone shows rows as blocks, which would take them away. */
function Table({ connections }: { readonly connections: readonly ConnectionView[] }): ReactNode {
  const words = useWords(settingsWords);
  const sorted = connections.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const columns = [words.connection, words.state, words.lastAnswer, words.latency, words.does, words.plans];
  return (
    <table className="sheet connections" role="table" aria-label={words.connections}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column} role="columnheader" scope="col" className="heading">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {sorted.map((connection) => (
          <Connection key={`${connection.port} ${connection.name}`} connection={connection} />
        ))}
      </tbody>
    </table>
  );
}

function Connection({ connection }: { readonly connection: ConnectionView }): ReactNode {
  const words = useWords(settingsWords);
  const language = useLanguage();
  const nowMs = useNow(5_000);
  const { port, name, kind, state, lastAnswerMs, latencyMs, says, why, remedy, plans } = connection;
  const answered = lastAnswerMs === null ? words.never : words.ago(sayAge(nowMs - lastAnswerMs, language));
  const took = latencyMs === null ? "–" : sayMs(latencyMs, language);
  return (
    <tr role="row" className={`connection connection-${state}`}>
      <th role="rowheader" scope="row" className="connection-name">
        {name} <span className="faint">{name === kind ? words.ports[port] : `${kind}, ${words.ports[port]}`}</span>
      </th>
      <td role="cell" className="connection-state">
        <span aria-hidden="true">{signs[state]}</span> {words.states[state]}
      </td>
      <td role="cell" className="connection-when">
        <Label>{words.lastAnswer}</Label>
        {answered}
      </td>
      <td role="cell" className="connection-took">
        <Label>{words.latency}</Label>
        {took}
      </td>
      <td role="cell" className="connection-says">
        {says}
        {why !== null && <p className="connection-why">{why}</p>}
        {remedy !== null && <p>{remedy}</p>}
      </td>
      <td role="cell" className="connection-plans">
        <Label>{words.plans}</Label>
        {plans.length === 0 ? <span className="faint">{words.noPlan}</span> : plans.join(", ")}
      </td>
    </tr>
  );
}

/** The column's name beside the value, where a phone has no columns. */
function Label({ children }: { readonly children: string }): ReactNode {
  return (
    <span className="cell-label" aria-hidden="true">
      {children}{" "}
    </span>
  );
}
