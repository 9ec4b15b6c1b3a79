/** More live tokens than one replica meets; about half a kilobyte each. */
const MAX_TOKENS = 10_000;

/**
 * What the tokens say whose signatures were checked: each is checked once, and not at every call. Good for as long as
 * the keys that vouched for them: other keys want another of these.
 */
export class VerifiedTokens<T> {
  readonly #held = new Map<string, { claims: T; expires: number }>();
  readonly #limit: number;

  constructor(limit = MAX_TOKENS) {
    this.#limit = limit;
  }

  /** Undefined for a token that is not known, or has expired. */
  find(token: string): T | undefined {
    const known = this.#held.get(token);
    if (!known) return undefined;
    if (known.expires > Date.now() / 1000) return known.claims;
    this.#held.delete(token);
    return undefined;
  }

  /** `expires`: seconds since 1970, as in the token. Where it is full the token that came first makes room. */
  add(token: string, claims: T, expires: number): void {
    const [first] = this.#held.size < this.#limit ? [] : this.#held.keys();
    if (first !== undefined) this.#held.delete(first);
    this.#held.set(token, { claims, expires });
  }
}
