import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { requireUser } from "@ticketing/runtime/identity/identity";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { clientNetwork } from "@ticketing/runtime/serving/client-network";
import type { Cookies } from "./cookies.ts";
import type { SignedIn, SignInFlow } from "./sign-in.ts";
import type { RoleName, User } from "./user.ts";
import { grantedRoles, suspensionMessage, type UserAdministration } from "./user-administration.ts";

export interface AuthServiceDependencies {
  flow: SignInFlow;
  administration: UserAdministration;
  cookies: Cookies;
  rolesOf: (user: User) => RoleName[];
  accessLifetimeMs: number;
  refreshLifetimeMs: number;
}

/** The public API of accounts and sessions. */
export function createAuthService(deps: AuthServiceDependencies): ServiceImpl<typeof AuthService> {
  const { flow, cookies } = deps;

  function message(user: User) {
    const roles = deps.rolesOf(user);
    return {
      id: user._id,
      email: user.email,
      displayName: user.displayName,
      roles,
      grantedRoles: grantedRoles(roles),
      createTime: timestampFromDate(user.createTime),
      suspension: suspensionMessage(user),
    };
  }

  function setCookies(context: HandlerContext, values: string[]): void {
    for (const value of values) context.responseHeader.append("set-cookie", value);
  }

  function startSession(context: HandlerContext, signedIn: SignedIn) {
    setCookies(
      context,
      cookies.set({
        access: signedIn.access,
        accessMs: deps.accessLifetimeMs,
        refresh: signedIn.refresh,
        refreshMs: deps.refreshLifetimeMs,
      }),
    );
    return { user: message(signedIn.user) };
  }

  return {
    ...deps.administration,

    signUp: async (request, context) =>
      startSession(context, await flow.signUp(request, clientNetwork(context.requestHeader))),

    signIn: async (request, context) =>
      startSession(context, await flow.signIn(request, clientNetwork(context.requestHeader))),

    async signOut({ refreshToken }, context) {
      await flow.signOut(refreshToken || cookies.readRefresh(context.requestHeader.get("cookie")));
      setCookies(context, cookies.clear());
      return {};
    },

    async refreshSession(_request, context) {
      const token = cookies.readRefresh(context.requestHeader.get("cookie"));
      if (!token) throw new DomainError("NO_SESSION", "there is no session to renew");
      return startSession(context, await flow.renew(token));
    },

    async issueToken({ grant }, context) {
      const signedIn =
        grant.case === "credentials"
          ? await flow.signIn(grant.value, clientNetwork(context.requestHeader))
          : await flow.renew(grant.value ?? "");
      return {
        accessToken: signedIn.access,
        refreshToken: signedIn.refresh,
        accessExpireTime: timestampFromDate(signedIn.accessExpireTime),
        user: message(signedIn.user),
      };
    },

    async getCurrentUser(_request, context) {
      return { user: message(await flow.getUser(requireUser(context).userId)) };
    },
  };
}
