import { portCookieName, sessionCookieName } from "@ticketing/runtime/identity/identity";

const REFRESH_PATH = "/ticketing.auth.v1.AuthService";

/** The two cookies of a browser session, named and flagged for the public origin (RFC 6265bis). */
export interface Cookies {
  /** `Set-Cookie` values that start or renew a session. */
  set(tokens: { access: string; accessMs: number; refresh: string; refreshMs: number }): string[];
  /** `Set-Cookie` values that end it. */
  clear(): string[];
  /** The refresh token in a `Cookie` header. */
  readRefresh(header: string | null): string | undefined;
}

/**
 * On https the cookies are Secure and carry the `__Host-`/`__Secure-` prefixes. On http, which is loopback
 * only, they carry the port in their names and no flag: Safari drops Secure cookies there.
 */
export function createCookies(publicUrl: string): Cookies {
  const secure = new URL(publicUrl).protocol === "https:";
  const session = sessionCookieName(publicUrl);
  const refresh = secure ? "__Secure-refresh" : portCookieName("refresh", publicUrl);
  const flags = secure ? "; HttpOnly; Secure" : "; HttpOnly";
  const cookies = (access: string, accessMs: number, token: string, refreshMs: number) => [
    `${session}=${access}; Path=/; Max-Age=${Math.floor(accessMs / 1000)}; SameSite=Lax${flags}`,
    `${refresh}=${token}; Path=${REFRESH_PATH}; Max-Age=${Math.floor(refreshMs / 1000)}; SameSite=Strict${flags}`,
  ];
  return {
    set: (tokens) => cookies(tokens.access, tokens.accessMs, tokens.refresh, tokens.refreshMs),
    clear: () => cookies("", 0, "", 0),
    readRefresh(header) {
      const pair = header?.split(/;\s*/).find((cookie) => cookie.startsWith(`${refresh}=`));
      return pair?.slice(refresh.length + 1) || undefined;
    },
  };
}
