import type { Words } from "./language.ts";

/** The words around how the evidence of a check grew; its sentences come from the server. */
export interface HistoryWords {
  readonly history: string;
  readonly chartOf: (what: string) => string;
  readonly keys: string;
  readonly asTable: string;
  readonly time: string;
  readonly verdict: string;
  readonly estimate: string;
  readonly allowed: string;
  readonly canary: string;
  readonly stable: string;
  readonly passLine: string;
  readonly failLine: string;
  readonly nothingYet: string;
  readonly explains: string;
  readonly whatIf: string;
  readonly otherLine: string;
  readonly tryIt: string;
  readonly trying: string;
  readonly kinds: Readonly<Record<"pass" | "fail" | "undecided" | "no-data" | "invalid", string>>;
}

const en: HistoryWords = {
  history: "How the evidence grew",
  chartOf: (what) => `${what}: how it grew over time`,
  keys: "Left and right arrow keys go from reading to reading",
  asTable: "The same as a table",
  time: "Time",
  verdict: "Verdict",
  estimate: "Estimate",
  allowed: "Still allowed",
  canary: "New version",
  stable: "Stable version",
  passLine: "pass line",
  failLine: "fail line",
  nothingYet: "Nothing was judged yet: nobody has been on the new version.",
  explains: "What stands behind it",
  whatIf: "What if the line were another?",
  otherLine: "Another line, as in the plan",
  tryIt: "Judge again",
  trying: "Judging the stored readings…",
  kinds: { pass: "good", fail: "bad", undecided: "undecided", "no-data": "no data", invalid: "cannot be judged" },
};

const fr: HistoryWords = {
  history: "Comment les preuves ont grandi",
  chartOf: (what) => `${what}\u202f: évolution dans le temps`,
  keys: "Les flèches gauche et droite vont de relevé en relevé",
  asTable: "La même chose en tableau",
  time: "Heure",
  verdict: "Verdict",
  estimate: "Estimation",
  allowed: "Encore possible",
  canary: "Nouvelle version",
  stable: "Version stable",
  passLine: "seuil de validation",
  failLine: "seuil d’échec",
  nothingYet: "Rien n’a encore été jugé\u202f: personne n’a été sur la nouvelle version.",
  explains: "Ce qu’il y a derrière",
  whatIf: "Et avec un autre seuil\u202f?",
  otherLine: "Un autre seuil, écrit comme dans le plan",
  tryIt: "Rejuger",
  trying: "Les relevés enregistrés sont rejugés…",
  kinds: { pass: "bon", fail: "mauvais", undecided: "indécis", "no-data": "sans données", invalid: "impossible à juger" },
};

export const historyWords: Words<HistoryWords> = { en, fr };
