import type { ErrorKind } from "../errors.ts";

/** Errors about who calls and what they may do, as part of the catalogue. */
export const accessErrors = {
  "token-missing": {
    title: "No token was given",
    status: 401,
    exit: "not-allowed",
    remedy: "Send `Authorization: Bearer TOKEN`; on the command line `--token-file` or SERIN_TOKEN; in a browser, sign in.",
  },
  "token-unknown": {
    title: "The token is not known",
    status: 401,
    exit: "not-allowed",
    remedy: "Take a person's token from tokens.json in the server's data folder, or make one for a machine (`serin token create`).",
  },
  "signature-wrong": {
    title: "The call is not signed as it should be",
    status: 401,
    exit: "not-allowed",
    remedy: "Compare the connection's `signingSecret` with the app's, and the server's clock with the time.",
  },
  "signature-used": {
    title: "The call came before",
    status: 409,
    exit: "no",
    remedy: "Nothing is to be done: it acted the first time.",
  },
  "session-over": {
    title: "The session is over",
    status: 401,
    exit: "not-allowed",
    remedy: "Sign in again, or open the dashboard with a new link (`serin link`).",
  },
  "person-unknown": {
    title: "There is nobody of this name",
    status: 404,
    exit: "no",
    remedy: "Write the name as the journal and the settings have it (`serin session list`).",
  },
  "link-unknown": {
    title: "The link does not open anything",
    status: 401,
    exit: "not-allowed",
    remedy: "Ask for a new one (`serin link`): each works once, within ten minutes.",
  },
  "session-other": {
    title: "Somebody else is signed in here",
    status: 409,
    exit: "no",
    remedy: "Stay who you are, unless you expected the link: what you do after it is done in the other name. The link was not used.",
  },
  "origin-wrong": {
    title: "The call comes from a page of somebody else",
    status: 403,
    exit: "not-allowed",
    remedy: "Use the dashboard at the server's own address; when a proxy changes the address, name it in the server's file (`publicUrl`).",
  },
  "too-many-tries": {
    title: "Too many calls came to nothing",
    status: 429,
    exit: "unreachable",
    remedy: "Wait as long as `Retry-After` says, then come with a token, link, session or role that may.",
  },
  "role-missing": {
    title: "The person does not have the role for this",
    status: 403,
    exit: "not-allowed",
    remedy: "Ask somebody who has such a role (`needs`); the dashboard's settings say who does.",
  },
  "login-unset": {
    title: "There is no sign-in here",
    status: 404,
    exit: "bad-input",
    remedy: "Open the dashboard with a link (`serin link`), or name your identity provider in the server's file (`login`).",
  },
  "login-provider": {
    title: "The identity provider does not answer",
    status: 502,
    exit: "unreachable",
    remedy: "Try again; if it stays so, compare `login` in the server's file with the provider, and see whether the server can reach it.",
  },
  "login-clock": {
    title: "The clocks of server and identity provider differ",
    status: 502,
    exit: "unreachable",
    remedy: "Set both clocks by NTP, then sign in again.",
  },
  "login-refused": {
    title: "What the identity provider answered cannot be relied on",
    status: 502,
    exit: "unreachable",
    remedy: "Sign in again; if it stays so, compare issuer, client and secret in the server's file with the provider.",
  },
  "login-denied": {
    title: "The identity provider did not let the person in",
    status: 403,
    exit: "not-allowed",
    remedy: "Sign in again and consent, or ask who runs the provider to let you use serin.",
  },
  "login-over": {
    title: "This sign-in is over",
    status: 400,
    exit: "bad-input",
    remedy: "Begin again: a sign-in is used once, within ten minutes, in the browser in which it began.",
  },
  "login-name": {
    title: "The identity provider does not say who this is",
    status: 403,
    exit: "not-allowed",
    remedy: "Let the provider send the claim that `login.name` names, an address of mail as verified; see docs/access.md.",
  },
  "login-role": {
    title: "The person has no role here",
    status: 403,
    exit: "not-allowed",
    remedy: "Ask to be put into one of the groups that `groups` names, or to be named in the server's file.",
  },
  "people-only": {
    title: "Only a person may do this",
    status: 403,
    exit: "not-allowed",
    remedy: "Ask with a person's own token, or in the dashboard.",
  },
  "name-taken": {
    title: "A person has this name",
    status: 409,
    exit: "no",
    remedy: "Give the machine a name that nobody takes for a person's.",
  },
  "token-gone": {
    title: "There is no such token in force",
    status: 404,
    exit: "bad-input",
    remedy: "`serin token list` shows the tokens with their ids.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;
