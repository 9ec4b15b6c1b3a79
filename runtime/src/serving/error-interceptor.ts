import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { isDatabaseAway } from "../documents/database.ts";
import { DomainError, isRefusedFor, toConnectError } from "../process/domain-error.ts";
import type { Logger } from "../process/log.ts";
import { currentRequestId } from "../process/request-context.ts";

// Said by a service that this one called: our keys or rights are wrong, the client's are not.
const OURS = ["SERVICE_TOKEN_REQUIRED", "SERVICE_NOT_ALLOWED"] as const;

/**
 * The error that a client may see: a domain error with its reason, a Connect error as it is,
 * UNAVAILABLE while the database is away (whether a write happened is then unknown: repeat the request), and for
 * anything else `internal` with the request id, under which the log has the rest.
 */
export function publicError(error: unknown, log: Logger): ConnectError {
  if (error instanceof DomainError) return toConnectError(error);
  if (error instanceof ConnectError && !(error.isWireError && isRefusedFor(error, ...OURS))) return error;
  if (error instanceof Error && error.name === "AbortError") {
    return new ConnectError("the call was cancelled", Code.Canceled);
  }
  if (isDatabaseAway(error)) {
    log.warn({ err: error }, "the database is away");
    return toConnectError(new DomainError("DATABASE_UNAVAILABLE", "this cannot be answered now; try again"));
  }
  log.error({ err: error }, "a call failed unexpectedly");
  return new ConnectError(`internal error (request ${currentRequestId() ?? "unknown"})`, Code.Internal);
}

/** Maps what handlers throw, also in the middle of a stream. */
export const createErrorInterceptor =
  (log: Logger): Interceptor =>
  (next) =>
  async (request) => {
    try {
      const response = await next(request);
      if (!response.stream) return response;
      return { ...response, message: mapped(response.message, log) };
    } catch (error) {
      throw publicError(error, log);
    }
  };

async function* mapped<T>(messages: AsyncIterable<T>, log: Logger): AsyncGenerator<T> {
  try {
    yield* messages;
  } catch (error) {
    throw publicError(error, log);
  }
}
