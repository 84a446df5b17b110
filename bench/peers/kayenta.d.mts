export function classifyMetric(
  control: readonly number[],
  experiment: readonly number[],
  options: { readonly direction: "increase" | "decrease" | "either" },
): { readonly label: string; readonly ratio: number | null; readonly critical: boolean };
