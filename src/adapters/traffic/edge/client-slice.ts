/** The number of hash slices that people, and everybody else, are dealt into. */
export const sliceCount = 10;

/**
 * Deals clients who are nobody we know over the hash slices: the answer gives one client the same slice 0-9 at every request, and `salt` (a
 * random 32-bit number of this process) keeps clients from choosing. FNV-1a with the finalizer of MurmurHash3: both are fast and even, no secret.
 *
 * Source: http://www.isthe.com/chongo/tech/comp/fnv/ and https://github.com/aappleby/smhasher (MurmurHash3.cpp, fmix32)
 */
export function createClientSlices(salt: number): (client: string) => number {
  return (client) => {
    let hash = (0x811c9dc5 ^ salt) >>> 0;
    for (let at = 0; at < client.length; at += 1) hash = Math.imul(hash ^ client.charCodeAt(at), 0x01000193) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) % sliceCount;
  };
}
