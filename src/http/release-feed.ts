import type { Language } from "../core/plan.ts";
import { isTerminal } from "../core/status.ts";
import { buildReleaseView } from "../core/view/build-release-view.ts";
import type { ChainedEntry } from "../ports.ts";
import { Feed } from "./feed.ts";
import type { Stay } from "./feed.ts";
import { eventBytes, FramePlace, Frames, joined } from "./frame.ts";
import { newsOf, newsWithin } from "./news.ts";
import type { AppParts, ReleaseSeen } from "./parts.ts";
import { releaseOrRefuse } from "./releases.ts";

/** Least time between two views, ms: at most four a second. */
const leastMs = 250;
/** Evidence grows between decisions: without news the release is looked at again after so long, ms. */
const mostMs = 1_000;
/** A view that did not change is sent again after so long, ms. */
const againMs = 5_000;
/** As many entries go in one piece: a reader who was away for long takes the journal in several. */
const entriesAtOnce = 100;

/** How far a reader of one release is. */
interface Place {
  readonly views: FramePlace;
  /** Revision of the last entry that it has. */
  revision: number;
}

/** The event streams of one release: its views are built, and its entries written out, once for all who read it. */
export class ReleaseFeed {
  readonly #parts: AppParts;
  readonly #feed: Feed<Place>;
  readonly #views = new Frames("view", againMs);
  readonly #written = new WeakMap<ChainedEntry, Uint8Array<ArrayBuffer>>();
  #seen: ReleaseSeen;
  #builtMs = 0;

  /** `emptied` is called when nobody reads it any more. */
  constructor(parts: AppParts, seen: ReleaseSeen, emptied: () => void) {
    this.#parts = parts;
    this.#seen = seen;
    const news = newsOf(parts, seen.release.id);
    const subject = {
      look: () => this.#look(),
      take: (place: Place) => place.views.begin() ?? this.#takeEntries(place) ?? this.#views.take(place.views),
      news: (signal: AbortSignal) => newsWithin(parts, news, { leastMs, mostMs, signal }),
    };
    this.#feed = new Feed(parts, subject, () => {
      news.stop();
      emptied();
    });
  }

  /** A stream of the entries after revision `after`, and of views. */
  open(reader: {
    readonly language: Language | null;
    readonly after: number | null;
    readonly stay: Stay;
  }): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { release } = this.#seen;
    const language = reader.language === release.plan.language ? null : reader.language;
    if (!this.#views.has(language)) this.#show(language);
    const revision = Math.min(reader.after ?? release.revision, release.revision);
    return this.#feed.open({ views: new FramePlace(language), revision }, reader.stay);
  }

  async #look(): Promise<void> {
    const before = this.#seen.release;
    this.#seen = await releaseOrRefuse(this.#parts, before.id);
    const { release } = this.#seen;
    const nowMs = this.#parts.engine.nowMs();
    if (isTerminal(release.status) && release.revision === before.revision && nowMs - this.#builtMs < againMs) return;
    for (const language of this.#views.languages()) this.#show(language);
  }

  #show(language: Language | null): void {
    this.#builtMs = this.#parts.engine.nowMs();
    this.#views.show(language, buildReleaseView(this.#seen, this.#builtMs, language ?? undefined));
  }

  #takeEntries(place: Place): Uint8Array<ArrayBuffer> | null {
    const entries = this.#seen.entries.slice(place.revision, place.revision + entriesAtOnce);
    place.revision += entries.length;
    return entries.length === 0 ? null : joined(entries.map((link) => this.#write(link)));
  }

  #write(link: ChainedEntry): Uint8Array<ArrayBuffer> {
    const known = this.#written.get(link);
    if (known !== undefined) return known;
    const bytes = eventBytes({ name: "entry", id: link.entry.revision, json: JSON.stringify(link) });
    this.#written.set(link, bytes);
    return bytes;
  }
}
