import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../words/language.ts";
import { settingsWords } from "../words/settings-words.ts";
import "../style/settings.css";
import { localNowMs } from "../app/clock.ts";
import type { Reading } from "../app/clock.ts";
import { Connections, useConnections } from "./connections.tsx";
import { Freezes } from "./freezes.tsx";
import { localZone } from "./local-time.ts";
import { People } from "./people.tsx";
import { ServerTime } from "./server-time.ts";
import { Sessions } from "./sessions.tsx";
import { Tokens } from "./tokens.tsx";

/** With what the server is connected, who may do what, what is frozen, the tokens of programs, and where people are signed in. The address says which form is open (`new`). */
export function SettingsScreen(): ReactNode {
  const words = useWords(settingsWords);
  useEffect(() => {
    document.title = `${words.title} · serin`;
  }, [words]);
  const connections = useConnections();
  const [began] = useState(localNowMs);
  const { value, heardMs } = connections;
  const reading: Reading = value === null ? { serverMs: began, localMs: began } : { serverMs: value.nowMs, localMs: heardMs };
  return (
    <div className="page settings">
      <div className="settings-head">
        <h1>{words.title}</h1>
        <p className="faint">{words.zone(localZone())}</p>
      </div>
      <ServerTime value={reading}>
        <Connections asked={connections} />
        <People />
        <Freezes />
        <Tokens />
        <Sessions />
      </ServerTime>
    </div>
  );
}
