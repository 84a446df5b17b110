import { PortError } from "../../../ports.ts";

/** A port of a Service. */
export interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** The Service that a workload's URL names, "http://shop-canary.shop.svc:8080". Throws a `PortError` for every other address. */
export function serviceOfUrl(url: string): ServiceRef {
  const parsed = URL.parse(url);
  const [, name = "", namespace = ""] = /^([^.]+)\.([^.]+)\.svc(?:\..+)?$/.exec(parsed?.hostname ?? "") ?? [];
  if (parsed === null || name === "" || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) {
    throw new PortError(`a Gateway sends people to Services, and ${url} is none: the workloads must be of kind kubernetes`, {
      retry: "never",
    });
  }
  const port = parsed.port === "" ? (parsed.protocol === "https:" ? 443 : 80) : Number(parsed.port);
  return { namespace, name, port };
}

export function isSameService(one: ServiceRef, other: ServiceRef): boolean {
  return one.name === other.name && one.namespace === other.namespace && one.port === other.port;
}
