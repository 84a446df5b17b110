import type { Language } from "../../core/plan.ts";

/** The fixed words of the screen; every sentence comes with the view. */
export interface Labels {
  readonly promoted: string;
  readonly wanted: string;
  readonly seen: string;
  readonly ofPeople: string;
  readonly ofRequests: string;
  readonly canary: string;
  readonly stable: string;
  readonly gates: string;
  readonly guards: string;
  readonly story: string;
  readonly people: string;
}

export const labels: Readonly<Record<Language, Labels>> = {
  en: {
    promoted: "promoted",
    wanted: "wanted",
    seen: "seen",
    ofPeople: "of people",
    ofRequests: "of requests",
    canary: "canary",
    stable: "stable",
    gates: "GATES of this phase",
    guards: "GUARDS always on",
    story: "STORY",
    people: "PEOPLE",
  },
  fr: {
    promoted: "généralisée",
    wanted: "voulu",
    seen: "vu",
    ofPeople: "des personnes",
    ofRequests: "des requêtes",
    canary: "canari",
    stable: "stable",
    gates: "CRITÈRES de cette phase",
    guards: "GARDE-FOUS toujours armés",
    story: "JOURNAL",
    people: "PERSONNES",
  },
};
