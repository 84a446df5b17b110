import { expect, test } from "vitest";
import { signatureOf, signatures, signedWithinMs } from "./signature.ts";

/** The example of Slack's own page. Source: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const secret = "8f742231b10e8888abcd99yyyzzz85a5";
const at = 1_531_420_618;
const body = Buffer.from(
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
);
const signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const call = { headers: { "x-slack-signature": signature, "x-slack-request-timestamp": String(at) }, body };

test("is Slack's own", () => expect(signatureOf(secret, String(at), body)).toBe(signature));

test("is taken once, for five minutes to either side of the clock", () => {
  for (const offMs of [0, signedWithinMs, -signedWithinMs]) {
    const look = signatures(secret, () => at * 1_000 + offMs);
    expect([look(call), look(call)]).toEqual(["new", "again"]);
  }
  for (const offMs of [signedWithinMs + 1, -signedWithinMs - 1]) {
    expect(signatures(secret, () => at * 1_000 + offMs)(call)).toBe("not-signed");
  }
});

test("is remembered as long as its call would be taken, and no longer", () => {
  let nowMs = at * 1_000 - signedWithinMs;
  const look = signatures(secret, () => nowMs);
  expect(look(call)).toBe("new");
  nowMs = at * 1_000 + signedWithinMs;
  expect(look(call)).toBe("again");
  nowMs += 1;
  expect(look(call)).toBe("not-signed");
});

test.each<[string, Partial<Record<"x-slack-signature" | "x-slack-request-timestamp", string>>, Uint8Array?]>([
  ["without a signature", { "x-slack-request-timestamp": String(at) }],
  ["without a time", { "x-slack-signature": signature }],
  ["of another time", { ...call.headers, "x-slack-request-timestamp": String(at + 1) }],
  ["of a time that is none", { ...call.headers, "x-slack-request-timestamp": `${at}.0` }],
  ["of another length", { ...call.headers, "x-slack-signature": `${signature}0` }],
  ["in another case", { ...call.headers, "x-slack-signature": signature.toUpperCase() }],
  ["of another body", call.headers, Buffer.concat([body, Buffer.from("&")])],
])("a call %s is not signed", (_, headers, sent = body) => {
  expect(signatures(secret, () => at * 1_000)({ headers, body: sent })).toBe("not-signed");
});
