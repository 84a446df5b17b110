import { z } from "zod";
import type { Login } from "./session.ts";

/** Headers, or fields of a form, by name. */
export const texts = z.record(z.string(), z.string());

/** How a connection writes a login. `toLogin` makes the request of it. */
export const loginWords = z
  .strictObject({
    service: z.string().min(1).describe("The service of the plan that logs people in: it is asked at the same version as the page."),
    request: z
      .string()
      .regex(/^(?:GET|POST|PUT) \/(?![/\\])\S*$/, { error: 'A request is a method and a path, such as "POST /api/login".' })
      .describe('What logs somebody in, for example "POST /api/login".'),
    json: texts.optional().describe("Sent as a JSON object."),
    form: texts.optional().describe("Sent as the fields of a form."),
    headers: texts.default({}).describe("Sent with the login alone."),
  })
  .refine(({ json, form }) => json === undefined || form === undefined, { error: "A login sends json or form, not both." });

/** The request that logs somebody in. */
export function toLogin({ service, request, json, form, headers }: z.infer<typeof loginWords>): Login {
  const [method, path = "/"] = request.split(" ") as [Login["method"], string?];
  const [type, body] =
    json !== undefined
      ? ["application/json", JSON.stringify(json)]
      : form !== undefined
        ? ["application/x-www-form-urlencoded", new URLSearchParams(form).toString()]
        : [null, null];
  return { service, method, path, body, headers: type === null ? headers : { "content-type": type, ...headers } };
}
