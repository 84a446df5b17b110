import type { JsonMap } from "./json.ts";

const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  409: "Conflict",
  410: "Expired",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
};

/** What the server answers instead of an object: a `Status`. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: number;
  readonly reason: string;
  readonly details: JsonMap;
  constructor(code: number, message: string, more: { readonly reason?: string; readonly details?: JsonMap } = {}) {
    super(message);
    this.code = code;
    this.reason = more.reason ?? reasons[code] ?? "";
    this.details = more.details ?? {};
  }

  toStatus(): JsonMap {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      reason: this.reason,
      details: this.details,
      code: this.code,
    };
  }
}
