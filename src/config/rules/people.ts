import type { Needs } from "../../core/plan.ts";
import { isHolidayCountry } from "../../core/holidays.ts";
import { doubts } from "../../core/messages/doubts.ts";
import { wrong } from "../finding.ts";
import type { Finding, Path } from "../finding.ts";
import { insteadOf } from "../near.ts";
import { parseHolidays, parseWeekRange } from "../week-ranges.ts";
import type { Draft } from "../draft.ts";
import { doubt } from "./rule.ts";
import type { Rule } from "./rule.ts";

/** `advance` names phases of this plan. */
export const advancesNamePhases: Rule = (draft) =>
  Object.keys(draft.settings.people?.advance ?? {})
    .filter((name) => !draft.phases.names.includes(name))
    .map((name) => ({
      ...wrong(
        ["people", "advance", name],
        `There is no phase "${name.slice(0, 60)}".`,
        insteadOf(name, draft.phases.names, "Define it under phases."),
      ),
      on: "key" as const,
    }));

/** `any` of nobody could never say yes. */
export const somebodyCanSayYes: Rule = (draft) =>
  needsIn(draft)
    .filter(({ needs }) => "any" in needs && needs.any.length === 0)
    .map(({ path }) => wrong(path, "Any one of nobody can never say yes.", "Write a role, or { all: [] } to ask nobody."));

/** Every role that is asked is held by somebody, as far as the server's file says. */
export const rolesAreHeld: Rule = (draft, { catalogue, language }) => {
  const server = catalogue.server;
  const environment = draft.metadata?.environment;
  if (server === null || environment === undefined || server.people.length === 0) return [];
  const held = new Set(
    server.people.filter((person) => person.environments?.includes(environment) ?? true).flatMap((person) => person.roles),
  );
  return needsIn(draft).flatMap(({ path, needs }) => {
    const nobody = ("all" in needs ? needs.all : needs.any).filter((role) => !held.has(role));
    const isStuck = "all" in needs ? nobody.length > 0 : nobody.length === needs.any.length && nobody.length > 0;
    if (!isStuck) return [];
    const said = doubts[language].roleNotHeld({ environment, roles: nobody.join(", "), file: server.file });
    return [doubt([...path, "all" in needs ? "all" : "any"], said)];
  });
};

/** The server releases to this environment. */
export const environmentIsServed: Rule = (draft, { catalogue }) => {
  const environment = draft.metadata?.environment;
  if (catalogue.server === null || environment === undefined || catalogue.server.environments.includes(environment)) return [];
  const remedy = insteadOf(environment, catalogue.server.environments, `Add it to environments in ${catalogue.server.file}.`);
  return [wrong(["metadata", "environment"], `This server does not release to "${environment}".`, remedy)];
};

/** Windows are ranges of the week; holidays of a known country can be avoided. */
export const windowsAreRanges: Rule = (draft) => {
  const windows = draft.settings.windows;
  if (windows === null) return [];
  return (["prefer", "avoid"] as const).flatMap((key) =>
    windows[key].flatMap((text, index): readonly Finding[] => {
      const path = ["windows", key, index];
      const country = parseHolidays(text);
      if (country !== null && key === "prefer") return [wrong(path, "Holidays can only be avoided.", "Move it under avoid.")];
      if (country !== null)
        return isHolidayCountry(country)
          ? []
          : [wrong(path, `The holidays of "${country}" are not known.`, 'Write an ISO 3166 country code, such as "holidays FR".')];
      if (text.startsWith("holidays"))
        return [wrong(path, `${JSON.stringify(text)} names no country.`, 'Write an ISO 3166 country code, such as "holidays FR".')];
      const parsed = parseWeekRange(text);
      return parsed.ok ? [] : [wrong(path, parsed.message, parsed.remedy)];
    }),
  );
};

/** Each entry of notify names one notifier. */
export const noticesHaveOneTarget: Rule = (draft) =>
  (draft.settings.notify ?? []).flatMap((target, index) =>
    Object.keys(target).length === 1
      ? []
      : [wrong(["notify", index], "An entry names one notifier and whom it tells.", 'Write for example { slack: "#releases" }.')],
  );

function needsIn(draft: Draft): readonly { readonly path: Path; readonly needs: Needs }[] {
  const people = draft.settings.people;
  if (people === null) return [];
  const { advance, ...rest } = people;
  return [
    ...Object.entries(rest).map(([key, needs]) => ({ path: ["people", key], needs })),
    ...Object.entries(advance).map(([phase, needs]) => ({ path: ["people", "advance", phase], needs })),
  ];
}
