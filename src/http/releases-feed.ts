import type { Language } from "../core/plan.ts";
import type { ReleasesEvent } from "./contract.ts";
import { Feed } from "./feed.ts";
import type { Stay } from "./feed.ts";
import { FramePlace, Frames } from "./frame.ts";
import type { AppParts } from "./parts.ts";
import { pageOfReleases } from "./releases.ts";

/** Between two looks at the list, ms: what a person does to a freeze, and the time that passes, is no commit of a release. */
const everyMs = 1_000;
/** A list that did not change is sent again after so long, ms. */
const againMs = 5_000;
/** A first page of `listReleases`. */
const pageLength = 20;

/** The event streams of the list of releases: it is made once for all who read it. */
export class ReleasesFeed {
  readonly #parts: AppParts;
  readonly #feed: Feed<FramePlace>;
  readonly #lists = new Frames("releases", againMs);

  /** `emptied` is called when nobody reads it any more. */
  constructor(parts: AppParts, emptied: () => void) {
    this.#parts = parts;
    const subject = {
      look: async () => {
        for (const language of this.#lists.languages()) await this.#show(language);
      },
      take: (place: FramePlace) => place.begin() ?? this.#lists.take(place),
      news: (signal: AbortSignal) => parts.clock.wait(everyMs, signal),
    };
    this.#feed = new Feed(parts, subject, emptied);
  }

  /** A stream of the list, its sentences in the language given, or each in its plan's. */
  async open(reader: { readonly language: Language | null; readonly stay: Stay }): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const { language, stay } = reader;
    if (!this.#lists.has(language)) await this.#show(language);
    return this.#feed.open(new FramePlace(language), stay);
  }

  async #show(language: Language | null): Promise<void> {
    const nowMs = this.#parts.engine.nowMs();
    const [page, freezes] = await Promise.all([
      pageOfReleases(this.#parts, { limit: pageLength, before: undefined, language: language ?? undefined }),
      this.#parts.store.freezes(nowMs),
    ]);
    const told: ReleasesEvent = { ...page, freezes, nowMs };
    this.#lists.show(language, told);
  }
}
