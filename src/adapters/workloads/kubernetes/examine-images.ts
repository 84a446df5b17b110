import type { Check } from "../../define.ts";
import type { Exchange } from "../../exchange.ts";
import { lookUpImage, parseImage } from "./image-lookup.ts";

/**
 * Whether the registry has each image that shall be released (by service). A registry that shows its images to nobody without a login is asked by the
 * cluster alone: that is no doubt about the image. Throws only the signal's reason.
 */
export function examineImages(
  exchange: Exchange,
  versions: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  return Promise.all(
    Object.entries(versions).map(async ([service, text]): Promise<Check> => {
      const what = `${service}: image ${text}`;
      const image = parseImage(text);
      if (image === null) {
        return {
          what,
          verdict: "wrong",
          says: "This is no image.",
          remedy: "Write it as the cluster pulls it: host/name:tag, or host/name@sha256:…",
        };
      }
      const answer = await lookUpImage(exchange, image, signal);
      if (answer.is === "there") return { what, verdict: "ok", says: `${image.host} has it.`, remedy: null };
      if (answer.is === "missing")
        return { what, verdict: "wrong", says: `${image.host} does not have it.`, remedy: "Push it, or correct its name." };
      const remedy = "See that the pods' pull secret fits; whether it can be pulled shows before anybody is exposed.";
      return { what, verdict: "doubtful", says: `Whether it is there cannot be seen from here: ${answer.why}.`, remedy };
    }),
  );
}
