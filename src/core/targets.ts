/** One line that is equal exactly when two sets of targets are: services, arms and addresses in sorted order. */
export function sayTargets(
  targets: Readonly<Record<string, { readonly canary: readonly string[]; readonly stable: readonly string[] }>>,
): string {
  return Object.keys(targets)
    .sort()
    .map((service) => {
      const arms = targets[service] ?? { canary: [], stable: [] };
      return `${service}: canary ${[...arms.canary].sort().join(" ")}; stable ${[...arms.stable].sort().join(" ")}`;
    })
    .join("\n");
}
