import type { Clock } from "../../ports.ts";
import type { KnownPerson } from "../contract/access.ts";
import type { Caller } from "../tokens.ts";
import { shapeOf } from "../../core/alike.ts";

/** Whoever called within this time is on, ms; so is who has an event stream open. */
const isOnForMs = 2 * 60_000;

/** Who belongs to this server: those whom its file names, those who signed in since it began, and when each was last here. */
export class Roster {
  readonly #clock: Clock;
  readonly #named: ReadonlyMap<string, Caller>;
  readonly #signedIn = new Map<string, Caller>();
  /** By name: how many event streams they have open. */
  readonly #here = new Map<string, number>();
  /** By name: when they last called, by both clocks. */
  readonly #seen = new Map<string, { readonly atMs: number; readonly monotonicMs: number }>();

  /** `named` are the people of the server's file. */
  constructor(clock: Clock, named: readonly Caller[]) {
    this.#clock = clock;
    this.#named = new Map(named.map((person) => [person.name, person]));
  }

  /** The person whom the file names so; `null`: it names nobody so. */
  named(name: string): Caller | null {
    return this.#named.get(name) ?? null;
  }

  /** Who is called so, by the file or since they signed in; `null`: nobody since the server began. */
  known(name: string): Caller | null {
    return this.named(name) ?? this.#signedIn.get(name) ?? null;
  }

  /**
   * The person of the file whom the identity provider calls so: by `login` where it is written, else by their name; an address of mail in whatever
   * case. `null`: nobody.
   */
  whoSignsInAs(claim: string, isMail: boolean): Caller | null {
    const people = [...this.#named.values()];
    const said = (text: string | null): string | null => (isMail && text !== null ? text.toLowerCase() : text);
    return people.find(({ login, name }) => said(login === undefined ? name : login) === said(claim)) ?? null;
  }

  /** Whom of the file one could take for somebody who is called so, by name or `login`; `null`: nobody. */
  namedLike(name: string): Caller | null {
    return likeIn(this.#named.values(), name);
  }

  /** Whom one could take for somebody who is called so, of the file or signed in since the server began; `null`: nobody. */
  like(name: string): Caller | null {
    return this.namedLike(name) ?? likeIn(this.#signedIn.values(), name);
  }

  /** They call now. */
  seen(person: Caller): void {
    if (!this.#named.has(person.name)) this.#signedIn.set(person.name, person);
    this.#seen.set(person.name, { atMs: this.#clock.nowMs(), monotonicMs: this.#clock.monotonicMs() });
  }

  /** They begin to read an event stream, and are on until the answer is called. */
  stays(person: Caller): () => void {
    const count = (change: 1 | -1): void => {
      this.seen(person);
      this.#here.set(person.name, (this.#here.get(person.name) ?? 0) + change);
    };
    count(1);
    return () => count(-1);
  }

  /** Everybody by name, those of the file first. */
  everybody(): readonly KnownPerson[] {
    const byName = (a: Caller, b: Caller): number => a.name.localeCompare(b.name);
    return [
      ...[...this.#named.values()].toSorted(byName).map((person) => this.#known(person, "file")),
      ...[...this.#signedIn.values()].toSorted(byName).map((person) => this.#known(person, "login")),
    ];
  }

  #known({ name, roles, environments }: Caller, from: KnownPerson["from"]): KnownPerson {
    const seen = this.#seen.get(name);
    if ((this.#here.get(name) ?? 0) > 0) return { name, roles, environments, from, lastSeenMs: this.#clock.nowMs(), isOn: true };
    const isOn = seen !== undefined && this.#clock.monotonicMs() - seen.monotonicMs < isOnForMs;
    return { name, roles, environments, from, lastSeenMs: seen?.atMs ?? null, isOn };
  }
}

function likeIn(people: Iterable<Caller>, name: string): Caller | null {
  const shape = shapeOf(name);
  return Array.from(people).find((person) => [person.name, person.login ?? ""].some((known) => shapeOf(known) === shape)) ?? null;
}
