import type { DescService } from "@bufbuild/protobuf";
import {
  type Client,
  createClient,
  createRouterTransport,
  type Interceptor,
  type ServiceImpl,
} from "@connectrpc/connect";
import { callerContextKey } from "../src/identity/identity.ts";
import { serviceCallerKey } from "../src/identity/service-tokens.ts";
import { reasonOf } from "../src/process/domain-error.ts";
import { createErrorInterceptor } from "../src/serving/error-interceptor.ts";
import { silent } from "./service.ts";

/** Who makes a call in a spec: a user by id, with a session for a minute, or another service by name. */
export type SpecCaller =
  | { user: string; roles?: string[]; expireTime?: Date }
  | { service: string }
  | "nobody";

/** A client of handlers in this process, without a port, a token or field limits; errors as on the wire. */
export function clientOf<S extends DescService>(
  service: S,
  handlers: Partial<ServiceImpl<S>>,
  caller: SpecCaller,
): Client<S> {
  const identify: Interceptor = (next) => (request) => {
    if (caller !== "nobody" && "user" in caller) {
      const { user: userId, roles = [], expireTime = new Date(Date.now() + 60_000) } = caller;
      request.contextValues.set(callerContextKey, { userId, displayName: userId, roles, expireTime });
    }
    if (caller !== "nobody" && "service" in caller)
      request.contextValues.set(serviceCallerKey, caller.service);
    return next(request);
  };
  const transport = createRouterTransport((router) => router.service(service, handlers), {
    router: { interceptors: [createErrorInterceptor(silent), identify] },
  });
  return createClient(service, transport);
}

/** The outcome of each unary method of a service with an empty request: the refusal's reason, or "done". */
export async function rejectsEveryCall<S extends DescService>(
  service: S,
  client: Client<S>,
): Promise<Record<string, string | undefined>> {
  // A client is a mapped type over the same methods; TypeScript cannot index it by a runtime name.
  const calls = client as Record<string, (request: object) => Promise<unknown>>;
  const unary = service.methods.filter(({ methodKind }) => methodKind === "unary");
  const answers = unary.map(
    async ({ localName }): Promise<[string, string | undefined]> => [
      localName,
      await calls[localName]?.({}).then(() => "done", reasonOf),
    ],
  );
  return Object.fromEntries(await Promise.all(answers));
}
