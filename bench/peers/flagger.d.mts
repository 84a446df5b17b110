export class FlaggerPeer {
  constructor(analysis: {
    readonly intervalMs: number;
    readonly threshold: number;
    readonly iterations: number;
    readonly match: readonly object[];
  });
  tick(seen: {
    readonly spec: string;
    readonly metrics: readonly { readonly name: string; readonly value: number | null; readonly range: { readonly max: number } }[];
  }): string;
}
