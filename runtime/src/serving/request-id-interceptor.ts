import type { Interceptor } from "@connectrpc/connect";
import { newId } from "../process/ids.ts";
import { withRequestId } from "../process/request-context.ts";

export const REQUEST_ID_HEADER = "x-request-id";

/** A request id is the gateway's or a calling service's: short and harmless to print, or it is replaced. */
export const acceptRequestId = (given: string | null | undefined): string =>
  given && /^[\w-]{8,64}$/.test(given) ? given : newId();

/** Gives every call an id, for its logs, its own calls and its answer. */
export const requestIdInterceptor: Interceptor = (next) => (request) => {
  const id = acceptRequestId(request.header.get(REQUEST_ID_HEADER));
  return withRequestId(id, async () => {
    const response = await next(request);
    response.header.set(REQUEST_ID_HEADER, id);
    return response.stream ? { ...response, message: within(id, response.message) } : response;
  });
};

/** The same messages. A generator runs in the context of the code that reads its next message: here the call's. */
function within<T>(id: string, messages: AsyncIterable<T>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = messages[Symbol.asyncIterator]();
      return {
        next: () => withRequestId(id, () => iterator.next()),
        return: async (value) =>
          (await withRequestId(id, () => iterator.return?.(value))) ?? { done: true, value },
        throw: (error) => withRequestId(id, () => iterator.throw?.(error) ?? Promise.reject(error)),
      };
    },
  };
}
