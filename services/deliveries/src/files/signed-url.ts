import { createHmac, timingSafeEqual } from "node:crypto";
import { type Grant, isObjectName } from "./object-store.ts";

const textOf = ({ method, name, bytes, expires }: Grant): string =>
  [method, name, bytes, expires.getTime()].join("\n");

const sign = (key: Uint8Array, grant: Grant): Buffer =>
  createHmac("sha256", key).update(textOf(grant)).digest();

/**
 * Signs what URLs allow by the first of the keys, and tells the signatures of each of them from others. Throws without a
 * key.
 */
export function createUrlSigner(base: string, keys: readonly Uint8Array[]) {
  const [current] = keys;
  if (!current) throw new Error("there is no key to sign with");
  return {
    /** Whoever has the URL may do this. */
    urlOf(grant: Grant): string {
      const url = new URL(`/${grant.name}`, base);
      url.searchParams.set("expires", `${grant.expires.getTime()}`);
      url.searchParams.set("bytes", `${grant.bytes}`);
      url.searchParams.set("signature", sign(current, grant).toString("base64url"));
      return url.href;
    },

    /** What a request's URL allows at this time; undefined for one that is forged, changed or over. */
    grantOf(method: string, target: string, now: Date): Grant | undefined {
      const url = URL.parse(target, base);
      const name = url?.pathname.slice(1) ?? "";
      if (!url || (method !== "GET" && method !== "PUT") || !isObjectName(name)) return undefined;
      const numbers = ["expires", "bytes"].map((each) => url.searchParams.get(each) ?? "");
      if (!numbers.every((text) => /^\d{1,15}$/.test(text))) return undefined;
      const [expires = 0, bytes = 0] = numbers.map(Number);
      const grant: Grant = { method, name, bytes, expires: new Date(expires) };
      const given = Buffer.from(url.searchParams.get("signature") ?? "", "base64url");
      if (!keys.some((key) => isSame(given, sign(key, grant)))) return undefined;
      return grant.expires > now ? grant : undefined;
    },
  };
}

const isSame = (given: Buffer, right: Buffer): boolean =>
  given.length === right.length && timingSafeEqual(given, right);

export type UrlSigner = ReturnType<typeof createUrlSigner>;
