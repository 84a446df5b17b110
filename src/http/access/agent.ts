/** The first that is named decides: browsers name those that they descend from after themselves. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bFirefox\//, "Firefox"],
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Chrome|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\b(?:iPhone|iPad)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMacintosh\b/, "macOS"],
  [/\b(?:Linux|X11)\b/, "Linux"],
];

/**
 * "Firefox, Linux": by what a person knows their browser again, and nothing by which one is told from a thousand others. `null`: it is none of the
 * usual ones. Source: https://www.rfc-editor.org/rfc/rfc9110#section-10.1.5
 */
export function agentOf(header: string | undefined): string | null {
  const said = (header ?? "").slice(0, 500);
  const named = [browsers, systems].flatMap((known) => known.find(([pattern]) => pattern.test(said))?.[1] ?? []);
  return named.length === 0 ? null : named.join(", ");
}
