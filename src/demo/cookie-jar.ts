/** The cookies that one person has for the one origin that the demo knows. */
export interface CookieJar {
  /** Takes what an answer sets; an empty value or `Max-Age=0` removes the cookie. */
  take(setCookie: string | readonly string[] | undefined): void;
  /** The value of the request header `cookie`; empty when there are none. */
  header(): string;
}

/** An empty jar. Paths, domains and dates are ignored: everything that the demo sets is for the whole origin and for longer than a visit. */
export function createCookieJar(): CookieJar {
  const values = new Map<string, string>();
  return {
    take(setCookie) {
      const lines = setCookie === undefined ? [] : typeof setCookie === "string" ? [setCookie] : setCookie;
      for (const line of lines) {
        const [pair = "", ...attributes] = line.split(";");
        const equals = pair.indexOf("=");
        if (equals < 1) continue;
        const name = pair.slice(0, equals).trim();
        const value = pair.slice(equals + 1).trim();
        const isGone = value === "" || attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute));
        if (isGone) values.delete(name);
        else values.set(name, value);
      }
    },
    header: () => [...values].map(([name, value]) => `${name}=${value}`).join("; "),
  };
}
