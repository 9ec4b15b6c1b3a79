import { createHmac, timingSafeEqual } from "node:crypto";
import { isObjectName } from "./object-store.ts";

/** What a URL allows: one method on one object, until a time. */
export interface Grant {
  method: "GET" | "PUT";
  name: string;
  /** Of the content of a PUT, in bytes: that, and no other. 0 for a GET. */
  bytes: number;
  expires: Date;
}

const textOf = ({ method, name, bytes, expires }: Grant): string =>
  [method, name, bytes, expires.getTime()].join("\n");

/** Signs what URLs allow, and tells its own signatures from others. */
export function createUrlSigner(base: string, key: Uint8Array) {
  const sign = (grant: Grant): Buffer => createHmac("sha256", key).update(textOf(grant)).digest();
  return {
    /** Whoever has the URL may do this. */
    urlOf(grant: Grant): string {
      const url = new URL(`/${grant.name}`, base);
      url.searchParams.set("expires", `${grant.expires.getTime()}`);
      url.searchParams.set("bytes", `${grant.bytes}`);
      url.searchParams.set("signature", sign(grant).toString("base64url"));
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
      const right = sign(grant);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      return grant.expires > now ? grant : undefined;
    },
  };
}

export type UrlSigner = ReturnType<typeof createUrlSigner>;
