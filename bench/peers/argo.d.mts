export interface Metric {
  readonly interval: number;
  readonly failureLimit: number;
}
export interface Result {
  readonly failed: number;
}
export function classify(value: number, success: undefined, failure: (value: number) => boolean): string;
export function newResult(): Result;
export function record(result: Result, phase: string): Result;
export function assessMetric(metric: Metric, result: Result, terminating: false): string;
