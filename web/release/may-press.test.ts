import { describe, expect, test } from "vitest";
import type { SessionPerson } from "../../src/http/contract/access.ts";
import type { ActionView, PersonView } from "../../src/http/release-view.ts";
import { releaseWords } from "../words/release-words.ts";
import { rolesToSpeakAs, whyGrey } from "./may-press.ts";

const person = (over: Partial<SessionPerson> = {}): SessionPerson => ({
  name: "Ada",
  roles: ["release-manager"],
  environments: null,
  via: "link",
  expiresMs: null,
  ...over,
});
const action = (over: Partial<ActionView> = {}): ActionView => ({
  kind: "rollback",
  label: "Roll back…",
  why: null,
  roles: ["release-manager", "devops-lead"],
  whyNotYours: "only a release manager or a DevOps lead",
  consequence: "",
  isGrave: true,
  ...over,
});

/** Decides in staging, and only looks elsewhere. */
const manyPlaces = person({
  roles: ["release-manager", "qa-lead", "viewer"],
  grants: [
    { roles: ["release-manager", "qa-lead"], environments: ["staging"] },
    { roles: ["viewer"], environments: null },
  ],
});

describe("a button is grey", () => {
  const words = releaseWords.en;
  test.each<[string, ActionView, SessionPerson, string | null]>([
    ["never for who has one of its roles", action(), person(), null],
    ["never for who has it there", action(), person({ environments: ["production"] }), null],
    ["with why nobody can press it now", action({ why: "it is over" }), person(), "it is over"],
    ["with that before whose it is", action({ why: "it is over" }), person({ roles: ["viewer"] }), "it is over"],
    ["with whose it is", action(), person({ roles: ["viewer", "qa-lead"] }), "only a release manager or a DevOps lead"],
    ["where the roles do not hold", action(), person({ environments: ["staging"] }), words.notInEnvironment("production")],
    ["with where, for who has one of its roles elsewhere only", action(), manyPlaces, words.notInEnvironment("production")],
    ["with whose it is, for who has other roles there", action({ roles: ["devops-lead"] }), manyPlaces, action().whyNotYours],
    ["for nobody who looks, when it names no role", action({ roles: [] }), person({ roles: ["viewer"] }), null],
  ])("%s", (_says, asked, who, expected) => expect(whyGrey(asked, who, "production", words)).toBe(expected));
});

test("an approval is spoken as a role that the person holds and that is asked now", () => {
  const asked = (role: PersonView["role"], state: PersonView["state"]): PersonView => ({ role, title: role, state, says: "", by: null });
  const view = {
    environment: "production",
    people: [asked("release-manager", "asked"), asked("qa-lead", "asked"), asked("product-owner", "later"), asked("devops-lead", "signed")],
  };
  const approve = action({ kind: "approve", roles: ["release-manager", "qa-lead", "product-owner"] });
  const many = person({ roles: ["release-manager", "product-owner", "qa-lead"] });
  expect(rolesToSpeakAs(view, approve, many)).toEqual(["release-manager", "qa-lead"]);
  expect(rolesToSpeakAs(view, approve, person({ roles: ["product-owner"] }))).toEqual([]);
  expect(rolesToSpeakAs(view, approve, person({ environments: ["staging"] }))).toEqual([]);
  expect(rolesToSpeakAs(view, approve, manyPlaces)).toEqual([]);
  expect(rolesToSpeakAs({ ...view, environment: "staging" }, approve, manyPlaces)).toEqual(["release-manager", "qa-lead"]);
});
