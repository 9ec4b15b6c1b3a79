import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

/**
 * The services' own API has left the public packages: ticketing.orders.v1.OrderLifecycleService has become
 * ticketing.orders.internal.v1.OrderLifecycleService, with the same messages on the wire. While replicas of the release
 * before run, they call by the former names and know no others. This file goes with the next release.
 */
const formerly = ({ parent }: DescMethod): string | undefined =>
  parent.typeName.includes(".internal.v1.") ? parent.typeName.replace(".internal.v1.", ".v1.") : undefined;

/** Where a method is served: at its name, and at its former one if it had another. */
export function pathsOf(method: DescMethod): string[] {
  const former = formerly(method);
  return [method.parent.typeName, ...(former ? [former] : [])].map((name) => `/${name}/${method.name}`);
}

/** Calls a method by its former name once its callee has refused to know it, before anything was done. */
export const orByFormerName: Interceptor = (next) => async (request) => {
  const typeName = formerly(request.method);
  if (request.stream || !typeName) return next(request);
  try {
    return await next(request);
  } catch (error) {
    if (ConnectError.from(error).code !== Code.Unimplemented) throw error;
    const service = { ...request.service, typeName };
    return next({ ...request, service, method: { ...request.method, parent: service } });
  }
};
