import { createLocalJWKSet, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import type { TransportSecurity } from "../process/transport-security.ts";
import { h2Get } from "./h2-get.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

/**
 * How often auth's public keys are read again: one that it adds is known before it signs, also if auth is away by then,
 * and one that it dropped is no longer believed.
 */
const KEYS_REFRESH_MS = 15_000;
/** Until the key set was fetched, each token waits for it: it is asked for often. */
const KEYS_RETRY_MS = 500;
/** For a key that is not known the set is fetched at once, unless it is as new as this. */
const KEYS_FRESH_MS = 5_000;

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** auth's public keys, and what they vouched for, which is forgotten with them. */
export interface UserKeys<T> {
  readonly find: JWTVerifyGetKey;
  readonly verified: VerifiedTokens<T>;
}

/** auth's public keys, kept up to date. They stay good while auth is away. */
export interface UserKeyring<T> {
  /** Those fetched last; the first ones are waited for. Rejects if auth does not answer with a key set. */
  current(): Promise<UserKeys<T>>;
  /** Those that auth has now; the same if they were fetched a moment ago. */
  newest(): Promise<UserKeys<T>>;
}

export interface UserKeysOptions {
  jwksUrl: string;
  /** What vouches for auth where `jwksUrl` is `https`. */
  security?: TransportSecurity | undefined;
  refreshMs?: number | undefined;
}

export function createUserKeyring<T>(options: UserKeysOptions): UserKeyring<T> {
  const { jwksUrl, security, refreshMs = KEYS_REFRESH_MS } = options;
  let known: (UserKeys<T> & { text: string }) | undefined;
  let fetchedAt = 0;
  let fetching: Promise<UserKeys<T>> | undefined;

  async function read(): Promise<UserKeys<T>> {
    const response = await h2Get(jwksUrl, { security });
    if (!response.ok) throw new Error(`the key set answered ${response.status}`);
    const text = await response.text();
    if (known?.text !== text) known = { text, find: findIn(text), verified: new VerifiedTokens<T>() };
    fetchedAt = Date.now();
    return known;
  }
  const fetchKeys = (): Promise<UserKeys<T>> => {
    fetching ??= read().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
  const refresh = async (): Promise<void> => {
    const loaded = await fetchKeys().then(
      () => true,
      () => false,
    );
    setTimeout(refresh, loaded ? refreshMs : KEYS_RETRY_MS).unref();
  };
  void refresh();

  return {
    current: async () => known ?? fetchKeys(),
    newest: async () => (known && Date.now() < fetchedAt + KEYS_FRESH_MS ? known : fetchKeys()),
  };
}

/** Throws unless the text is a key set: an answer that was cut short is no fault of a token. */
function findIn(text: string): JWTVerifyGetKey {
  try {
    return createLocalJWKSet(keySet.parse(JSON.parse(text)));
  } catch {
    throw new Error("the key set is none");
  }
}
