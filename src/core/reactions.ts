/** What a failed guard or gate sets off, in the order of strictness (`strictness`). Durations are milliseconds. */
export type Reaction =
  | { readonly kind: "investigate"; readonly forMs: number }
  | { readonly kind: "rollback-within"; readonly withinMs: number }
  | { readonly kind: "stop" }
  | { readonly kind: "rollback" }
  | { readonly kind: "halt" };

const order = ["investigate", "rollback-within", "stop", "rollback", "halt"] as const satisfies readonly Reaction["kind"][];

/** 0 (`investigate`) to 4 (`halt`): a running reaction is only ever replaced by one of a higher number. */
export function strictness(reaction: Reaction): number {
  return order.indexOf(reaction.kind);
}

/** The status in which a release ends after this reaction. */
export function endOf(reaction: Reaction): "rolled-back" | "stopped" | "halted" {
  switch (reaction.kind) {
    case "stop":
      return "stopped";
    case "halt":
      return "halted";
    case "investigate":
    case "rollback-within":
    case "rollback":
      return "rolled-back";
  }
}
