/** What the people of the demo can come in by: serin's own edge, or a proxy of the machine. */
export const targets = ["edge", "haproxy", "nginx"] as const;

export type Target = (typeof targets)[number];

/** A target in people's words. */
export function nameOf(target: Target): string {
  return { edge: "the edge", haproxy: "HAProxy", nginx: "nginx" }[target];
}
