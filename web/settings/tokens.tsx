import { useState } from "react";
import type { ReactNode } from "react";
import type { CreateTokenAnswer, TokenView } from "../../src/http/contract/access.ts";
import { call } from "../api/call.ts";
import { useParam } from "../app/address.tsx";
import { usePerson } from "../app/session.tsx";
import { frameWords } from "../words/frame-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayAge } from "../words/numbers.ts";
import { settingsWords } from "../words/settings-words.ts";
import { AskedSection } from "./asked-section.tsx";
import { AskingForm } from "./asking-form.tsx";
import { localMoment } from "./local-time.ts";
import { NewToken, TokenOnce } from "./new-token.tsx";
import { useNow } from "./server-time.ts";
import { useMine } from "./use-mine.ts";

const askedEveryMs = 30_000;
const ask = (signal: AbortSignal) => call("listTokens", { signal });

/** The tokens of programs, for who may see them: made, seen once, used, revoked. */
export function Tokens(): ReactNode {
  const words = useWords(settingsWords);
  const { roles } = usePerson();
  if (roles.includes("release-manager")) return <Own />;
  return (
    <section className="settings-section">
      <h2 className="settings-title">{words.tokens}</h2>
      <p className="faint">{words.tokensNotYours}</p>
    </section>
  );
}

function Own(): ReactNode {
  const words = useWords(settingsWords);
  const [asked, again] = useMine("tokens", ask, askedEveryMs);
  const [open, setOpen] = useParam("new");
  const [created, setCreated] = useState<CreateTokenAnswer | null>(null);
  const isAsking = open === "token";
  const begin = (
    <button type="button" className="button small" aria-expanded={isAsking} onClick={() => setOpen(isAsking ? null : "token")}>
      {words.newToken}
    </button>
  );
  const show = (answer: CreateTokenAnswer): void => {
    setCreated(answer);
    setOpen(null);
    again();
  };
  return (
    <AskedSection title={words.tokens} says={words.tokensSay} asked={asked} beside={begin}>
      {({ tokens }) => (
        <>
          {isAsking && <NewToken created={show} cancel={() => setOpen(null)} />}
          {created !== null && <TokenOnce key={created.view.id} answer={created} kept={() => setCreated(null)} />}
          <List tokens={tokens} again={again} />
        </>
      )}
    </AskedSection>
  );
}

function List({ tokens, again }: { readonly tokens: readonly TokenView[]; readonly again: () => void }): ReactNode {
  const words = useWords(settingsWords);
  const nowMs = useNow(30_000);
  const isOver = ({ revokedMs, expiresMs }: TokenView): boolean => revokedMs !== null || expiresMs <= nowMs;
  const [over, inForce] = [tokens.filter(isOver), tokens.filter((token) => !isOver(token))];
  return (
    <>
      {inForce.length === 0 && <p className="faint">{words.noTokens}</p>}
      {inForce.length > 0 && (
        <ul className="sheet">
          {inForce.map((token) => (
            <Token key={token.id} token={token} nowMs={nowMs} again={again} />
          ))}
        </ul>
      )}
      {over.length > 0 && (
        <details className="settings-over">
          <summary>{words.over(over.length)}</summary>
          <ul className="sheet">
            {over.map((token) => (
              <Token key={token.id} token={token} nowMs={nowMs} again={null} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** `again`: asks for the list anew; `null`: the token is over, and there is nothing to revoke. */
function Token(props: { readonly token: TokenView; readonly nowMs: number; readonly again: (() => void) | null }): ReactNode {
  const words = useWords(settingsWords);
  const { roles: titles } = useWords(frameWords);
  const language = useLanguage();
  const { token, nowMs, again } = props;
  const [isAsking, setAsking] = useState(false);
  const when = (atMs: number): string => localMoment(atMs, nowMs, language);
  const { name, roles, environments, createdBy, createdMs, expiresMs, lastUsedMs, revokedMs } = token;
  const ends =
    revokedMs !== null
      ? words.revokedOn(when(revokedMs))
      : again === null
        ? words.expiredOn(when(expiresMs))
        : words.expiresOn(when(expiresMs), sayAge(expiresMs - nowMs, language));
  const revoke = async (): Promise<void> => {
    await call("revokeToken", { values: { id: token.id } });
    again?.();
  };
  return (
    <li className="settings-row">
      <span>
        <span className="strong">{name}</span>{" "}
        <span className="faint">{lastUsedMs === null ? words.neverUsed : words.lastUsed(sayAge(nowMs - lastUsedMs, language))}</span>
      </span>
      <span>
        {roles.map((role) => titles[role]).join(", ")}{" "}
        <span className="faint">{environments === null ? words.everywhere : words.inEnvironments(environments.join(", "))}</span>
      </span>
      <span className="faint">
        {ends}, {words.createdBy(createdBy, when(createdMs))}
      </span>
      {again !== null && (
        <button
          type="button"
          className="button small"
          aria-label={words.revokeNamed(name)}
          aria-expanded={isAsking}
          onClick={() => setAsking(!isAsking)}
        >
          {words.revoke}
        </button>
      )}
      {isAsking && (
        <div className="settings-row-asks">
          <AskingForm label={words.revokeNamed(name)} confirm={words.revoke} isGrave send={revoke} cancel={() => setAsking(false)}>
            <p>{words.revokeSays(name)}</p>
          </AskingForm>
        </div>
      )}
    </li>
  );
}
