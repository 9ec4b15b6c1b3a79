/**
 * Reading and writing addresses. Anybody can write one and have somebody else open it, so no parameter is trusted: each
 * is text, and each route takes the valid ones (its `validateSearch`).
 */

/**
 * A route's parameters with every key present, if only as undefined. The router takes missing keys from the raw address
 * (github.com/TanStack/router/issues/1965), so that a screen would see what the validator refused.
 */
export type Complete<Search> = { [Key in keyof Required<Search>]: Search[Key] | undefined };

/** The parameters of `?q=1e3&q=2` as texts; the first of several with one name: `{ q: "1e3" }`. */
export function parseSearch(text: string): Record<string, string> {
  // Later entries win in an object.
  return Object.fromEntries([...new URLSearchParams(text)].reverse());
}

/** The query string of an address, with its question mark; empty without parameters. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

// Our paths are letters, digits, hyphens and underscores between single slashes. Dots (`/.//host`), backslashes, escapes
// (`/%5chost`) and what a browser drops on its way (tabs, line ends) are in none of them. What follows names no host.
const OWN_PATH = /^\/(?:[\w-]+(?:\/[\w-]+)*)?(?:[?#][^\s\\\p{Cc}]*)?$/u;

/** `value` if it is the address of a page of this app without its origin; undefined for all else. */
export function ownPath(value: unknown): string | undefined {
  return typeof value === "string" && value.length <= 2_000 && OWN_PATH.test(value) ? value : undefined;
}

// Routes are found in any case of letters.
const SIGNING_IN = /^\/sign-(?:in|up)(?:[?#]|$)/i;

/** Where to go after signing in: `value` if it is a page of this app, and not one for signing in or up. */
export function wayBack(value: unknown): string | undefined {
  const path = ownPath(value);
  return path && !SIGNING_IN.test(path) ? path : undefined;
}
