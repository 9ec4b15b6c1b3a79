import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
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

type FindKey = ReturnType<typeof createLocalJWKSet>;

/** auth's public keys, and what they vouched for, which is forgotten with them. */
interface UserKeys<T> {
  readonly text: string;
  readonly find: FindKey;
  readonly verified: VerifiedTokens<T>;
}

/** auth's public keys, kept up to date. They stay good while auth is away. */
export interface UserKeyring<T> {
  /** What a token says that one of the keys vouched for. */
  recall(token: string): T | undefined;
  /**
   * The key of a token, and where to keep what it vouches for. Rejects with jose's error for a key that is none of
   * auth's, and with another if auth cannot tell.
   */
  find(
    ...token: Parameters<JWTVerifyGetKey>
  ): Promise<{ key: Awaited<ReturnType<FindKey>>; verified: VerifiedTokens<T> }>;
}

export interface UserKeysOptions {
  jwksUrl: string;
  /** What vouches for auth where `jwksUrl` is `https`. */
  security?: TransportSecurity | undefined;
  refreshMs?: number | undefined;
}

export function createUserKeyring<T>(options: UserKeysOptions): UserKeyring<T> {
  const { jwksUrl, security, refreshMs = KEYS_REFRESH_MS } = options;
  let known: UserKeys<T> | undefined;
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
    recall: (token) => known?.verified.find(token),
    async find(header, jws) {
      const { find, verified } = known ?? (await fetchKeys());
      try {
        return { key: await find(header, jws), verified };
      } catch (error) {
        const isFresh = Date.now() < fetchedAt + KEYS_FRESH_MS;
        if (isFresh || !(error instanceof errors.JWKSNoMatchingKey)) throw error;
      }
      const newest = await fetchKeys();
      return { key: await newest.find(header, jws), verified: newest.verified };
    },
  };
}

/** Throws unless the text is a key set: an answer that was cut short is no fault of a token. */
function findIn(text: string): FindKey {
  try {
    return createLocalJWKSet(keySet.parse(JSON.parse(text)));
  } catch {
    throw new Error("the key set is none");
  }
}
