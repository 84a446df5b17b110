import { useRef, useState } from "react";
import type { ReactNode } from "react";
import type { CreateTokenAnswer, CreateTokenBody, SessionPerson } from "../../src/http/contract/access.ts";
import { call } from "../api/call.ts";
import { usePerson } from "../app/session.tsx";
import { frameWords } from "../words/frame-words.ts";
import { useWords } from "../words/language.ts";
import { settingsWords } from "../words/settings-words.ts";
import { AskingForm, Field } from "./asking-form.tsx";

const dayChoices = [7, 30, 90, 180, 365];
type Role = SessionPerson["roles"][number];
/** Those that programs are given first: who starts releases stands before who decides about them. */
const givenRoles: readonly Role[] = ["devops-lead", "release-manager", "qa-lead", "product-owner", "viewer"];

/** Asks what a new token is for, and makes it. Only a release manager is shown it, who may give every role. */
export function NewToken(props: { readonly created: (answer: CreateTokenAnswer) => void; readonly cancel: () => void }): ReactNode {
  const words = useWords(settingsWords);
  const me = usePerson();
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<readonly Role[]>([]);
  const [environments, setEnvironments] = useState(me.environments?.join(", ") ?? "");
  const [days, setDays] = useState(90);
  const send = async (): Promise<void> => {
    const named = environments.split(",").flatMap((one) => (one.trim() === "" ? [] : [one.trim()]));
    const body: CreateTokenBody = {
      name: name.trim(),
      roles: [...roles],
      ...(named.length === 0 ? {} : { environments: named }),
      expiresInDays: days,
    };
    props.created(await call("createToken", { body }));
  };
  return (
    <AskingForm label={words.newToken} confirm={words.create} send={send} cancel={props.cancel}>
      <Field label={words.tokenName} hint={words.tokenNameHint} value={name} write={setName} longest={100} isRequired isFirst />
      <RoleChoices chosen={roles} choose={setRoles} />
      <Field
        label={words.environments}
        hint={words.environmentsHint}
        value={environments}
        write={setEnvironments}
        isRequired={me.environments !== null}
      />
      <label className="asking-field">
        <span>{words.expires}</span>
        <select className="field" value={days} onChange={(event) => setDays(Number(event.target.value))}>
          {dayChoices.map((choice) => (
            <option key={choice} value={choice}>
              {words.inDays(choice)}
            </option>
          ))}
        </select>
      </label>
    </AskingForm>
  );
}

/** A box for each role; the browser itself asks for one where none is chosen. */
function RoleChoices(props: { readonly chosen: readonly Role[]; readonly choose: (roles: readonly Role[]) => void }): ReactNode {
  const words = useWords(settingsWords);
  const { roles: titles } = useWords(frameWords);
  const { chosen, choose } = props;
  return (
    <fieldset className="asking-field choice">
      <legend>
        {words.roles} <span className="faint">{words.rolesHint}</span>
      </legend>
      {givenRoles.map((role, index) => (
        <label key={role}>
          <input
            type="checkbox"
            checked={chosen.includes(role)}
            required={index === 0 && chosen.length === 0}
            title={words.rolesMissing}
            onChange={() => choose(chosen.includes(role) ? chosen.filter((one) => one !== role) : [...chosen, role])}
          />{" "}
          {titles[role]}
        </label>
      ))}
    </fieldset>
  );
}

/** A token in the only moment in which it can be seen; it goes nowhere but here. */
export function TokenOnce({ answer, kept }: { readonly answer: CreateTokenAnswer; readonly kept: () => void }): ReactNode {
  const words = useWords(settingsWords);
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<"no" | "yes" | "by-hand">("no");
  const copy = async (): Promise<void> => {
    field.current?.select();
    // Browsers have no clipboard for pages that came unencrypted from another machine.
    const isCopied = await (navigator.clipboard as Clipboard | undefined)?.writeText(answer.token).then(
      () => true,
      () => false,
    );
    setCopied(isCopied === true ? "yes" : "by-hand");
  };
  return (
    <div className="sheet token-once" role="group" aria-label={words.tokenOnce(answer.view.name)}>
      <label className="asking-field">
        <span className="strong">{words.tokenOnce(answer.view.name)}</span>
        <span className="faint">{words.tokenOnceSays}</span>
        <input
          ref={field}
          className="field token-field"
          readOnly
          autoFocus
          value={answer.token}
          onFocus={(event) => event.target.select()}
        />
      </label>
      <div className="asking-foot">
        <p className="faint" role="status">
          {copied === "yes" ? words.copied : copied === "by-hand" ? words.copyByHand : ""}
        </p>
        <button type="button" className="button" onClick={kept}>
          {words.kept}
        </button>
        <button type="button" className="button primary" onClick={() => void copy()}>
          {words.copy}
        </button>
      </div>
    </div>
  );
}
