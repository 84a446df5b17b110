import { doubtful, fine, wrong } from "../../check.ts";
import type { Check } from "../../define.ts";
import type { Exchange } from "../../exchange.ts";
import { findings, subjects } from "./findings.ts";
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
      const what = subjects.image(service, text);
      const image = parseImage(text);
      if (image === null) return wrong(what, findings.notAnImage());
      const answer = await lookUpImage(exchange, image, signal);
      if (answer.is === "there") return fine(what, findings.hasImage(image.host));
      return answer.is === "missing" ? wrong(what, findings.lacksImage(image.host)) : doubtful(what, findings.imageUnseen(answer.why));
    }),
  );
}
