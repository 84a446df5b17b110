const shardCount = 256;
const smallestShard = 16;

/** Where a person stands in the table: valid until the next `enter` or `sweep`. */
export interface Slot {
  readonly shard: Shard;
  readonly at: number;
}

/** True when one of `bits` is set in a person's flags. */
export function isSet(slot: Slot, bits: number): boolean {
  return ((slot.shard.flags[slot.at] ?? 0) & bits) !== 0;
}

/** Sets `bits` in a person's flags. */
export function set(slot: Slot, bits: number): void {
  slot.shard.flags[slot.at] = (slot.shard.flags[slot.at] ?? 0) | bits;
}

/** Clears `bits` in a person's flags. */
export function clear(slot: Slot, bits: number): void {
  slot.shard.flags[slot.at] = (slot.shard.flags[slot.at] ?? 0) & ~bits;
}

/**
 * The people of one release, by their 64 random bits: 18 bytes each in flat arrays, at most two thirds full, so that two million people take
 * less than 110 MB and a growing table never stops the edge: it grows shard by shard.
 */
export class PeopleTable {
  readonly #shards: readonly Shard[] = Array.from({ length: shardCount }, () => new Shard(smallestShard));
  readonly #limit: number;
  #size = 0;
  #swept = 0;

  /** `limit`: at most so many people are remembered. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** The slot of a person; `null` when unknown. */
  find(high: number, low: number): Slot | null {
    const shard = this.#shardOf(high);
    const at = shard.find(high, low);
    return at === -1 ? null : { shard, at };
  }

  /** The slot of a person who is not known yet; `null` when the table is full. */
  enter(high: number, low: number, nowSeconds: number): Slot | null {
    if (this.#size >= this.#limit) return null;
    const shard = this.#shardOf(high);
    this.#size += 1;
    return { shard, at: shard.enter(high, low, nowSeconds) };
  }

  /** Forgets the people of the next shard who were last seen before `seenSeconds`; a whole round takes 256 calls. */
  sweep(seenSeconds: number): void {
    const shard = this.#shards[this.#swept];
    this.#swept = (this.#swept + 1) % shardCount;
    if (shard !== undefined) this.#size -= shard.forget(seenSeconds);
  }

  #shardOf(high: number): Shard {
    const shard = this.#shards[high % shardCount];
    if (shard === undefined) throw new Error("a shard is missing");
    return shard;
  }
}

/** One part of the table: open addressing with linear probing; ids are random, so they are their own hash. An id of 0 is a free place. */
class Shard {
  high: Uint32Array;
  low: Uint32Array;
  seenSeconds: Uint32Array;
  flags: Uint32Array;
  bucket: Uint16Array;
  size = 0;

  constructor(length: number) {
    this.high = new Uint32Array(length);
    this.low = new Uint32Array(length);
    this.seenSeconds = new Uint32Array(length);
    this.flags = new Uint32Array(length);
    this.bucket = new Uint16Array(length);
  }

  find(high: number, low: number): number {
    const mask = this.high.length - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      if (this.low[at] === low && this.high[at] === high) return at;
      if (this.low[at] === 0 && this.high[at] === 0) return -1;
    }
  }

  enter(high: number, low: number, nowSeconds: number): number {
    if ((this.size + 1) * 3 > this.high.length * 2) this.#rebuild(this.high.length * 2, 0);
    this.size += 1;
    return this.#place({ high, low, seenSeconds: nowSeconds, flags: 0, bucket: 0 });
  }

  forget(seenSeconds: number): number {
    const before = this.size;
    let kept = 0;
    for (let at = 0; at < this.high.length; at += 1) if (this.#isTaken(at) && (this.seenSeconds[at] ?? 0) >= seenSeconds) kept += 1;
    if (kept === before) return 0;
    let length = smallestShard;
    while (kept * 3 > length) length *= 2;
    this.#rebuild(length, seenSeconds);
    return before - this.size;
  }

  #isTaken(at: number): boolean {
    return this.low[at] !== 0 || this.high[at] !== 0;
  }

  #rebuild(length: number, seenSeconds: number): void {
    const old = { high: this.high, low: this.low, seenSeconds: this.seenSeconds, flags: this.flags, bucket: this.bucket };
    const fresh = new Shard(length);
    for (let at = 0; at < old.high.length; at += 1) {
      const seen = old.seenSeconds[at] ?? 0;
      if (!this.#isTaken(at) || seen < seenSeconds) continue;
      fresh.size += 1;
      fresh.#place({
        high: old.high[at] ?? 0,
        low: old.low[at] ?? 0,
        seenSeconds: seen,
        flags: old.flags[at] ?? 0,
        bucket: old.bucket[at] ?? 0,
      });
    }
    const { high, low, seenSeconds: seen, flags, bucket, size } = fresh;
    Object.assign(this, { high, low, seenSeconds: seen, flags, bucket, size });
  }

  #place(person: {
    readonly high: number;
    readonly low: number;
    readonly seenSeconds: number;
    readonly flags: number;
    readonly bucket: number;
  }): number {
    const mask = this.high.length - 1;
    let at = person.low & mask;
    while (this.#isTaken(at)) at = (at + 1) & mask;
    this.high[at] = person.high;
    this.low[at] = person.low;
    this.seenSeconds[at] = person.seenSeconds;
    this.flags[at] = person.flags;
    this.bucket[at] = person.bucket;
    return at;
  }
}
