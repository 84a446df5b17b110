interface Arm {
  readonly n: number;
  readonly successes: number;
}
export function guardrail(
  arms: { readonly control: Arm; readonly canary: Arm },
  options: { readonly harm: "increase" | "decrease"; readonly alpha: number; readonly minSample: number },
): "lost" | "neutral";
