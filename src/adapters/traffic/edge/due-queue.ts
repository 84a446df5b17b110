/**
 * People to look at again at a given time, first in, first out: the waiting time of one queue is always the same, so the order of adding is the
 * order of falling due. 16 bytes a person, adding and taking in constant time.
 */
export class DueQueue {
  #dueMs = new Float64Array(64);
  #high = new Uint32Array(64);
  #low = new Uint32Array(64);
  #first = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a person; `dueMs` is never smaller than that of the person before. */
  add(person: { readonly high: number; readonly low: number }, dueMs: number): void {
    if (this.#size === this.#dueMs.length) this.#grow();
    const at = (this.#first + this.#size) % this.#dueMs.length;
    this.#dueMs[at] = dueMs;
    this.#high[at] = person.high;
    this.#low[at] = person.low;
    this.#size += 1;
  }

  /** Takes everybody who is due at `nowMs` and hands each to `meet`. */
  take(nowMs: number, meet: (high: number, low: number) => void): void {
    while (this.#size > 0 && (this.#dueMs[this.#first] ?? Infinity) <= nowMs) {
      const at = this.#first;
      this.#first = (this.#first + 1) % this.#dueMs.length;
      this.#size -= 1;
      meet(this.#high[at] ?? 0, this.#low[at] ?? 0);
    }
  }

  #grow(): void {
    const length = this.#dueMs.length * 2;
    const [dueMs, high, low] = [new Float64Array(length), new Uint32Array(length), new Uint32Array(length)];
    for (let index = 0; index < this.#size; index += 1) {
      const at = (this.#first + index) % this.#dueMs.length;
      dueMs[index] = this.#dueMs[at] ?? 0;
      high[index] = this.#high[at] ?? 0;
      low[index] = this.#low[at] ?? 0;
    }
    [this.#dueMs, this.#high, this.#low, this.#first] = [dueMs, high, low, 0];
  }
}
