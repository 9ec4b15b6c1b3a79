import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

/** Answers a unary call after `ms` at the latest, whatever deadline its client set, or none. */
export const createDeadlineInterceptor =
  (ms: number): Interceptor =>
  (next) =>
  async (request) => {
    if (request.stream) return next(request);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new ConnectError("this took too long; try again", Code.DeadlineExceeded)),
      ms,
    );
    try {
      return await Promise.race([next(request), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
