import type { ServerResponse } from "node:http";
import type { Fault } from "./faults.ts";
import { Refusal } from "./refusal.ts";

/** Answers as the fault says; false: it only took time, and the request is answered as ever. */
export async function answerFault(fault: Fault, response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case "slow":
      await new Promise((resolve) => void setTimeout(resolve, fault.ms));
      return false;
    case "status": {
      const headers = fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) };
      response
        .writeHead(fault.code, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(new Refusal(fault.code, `the server says ${fault.code}`).toStatus()));
      return true;
    }
    case "html":
      response.writeHead(500, { "content-type": "text/html" }).end("<html><body><h1>502 Bad Gateway</h1></body></html>");
      return true;
    case "truncated":
      response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
      response.write('{"kind":"DeploymentList","items":[{"metadata":{"na', () => response.destroy());
      return true;
    case "refused":
      response.destroy();
      return true;
    case "silent":
      return true;
    case "huge":
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`{"kind":"List","items":["${"x".repeat(80 * 1024 * 1024)}"]}`);
      return true;
    case "garbage":
      response.writeHead(200, { "content-type": "application/json" }).end(fault.text);
      return true;
  }
}
