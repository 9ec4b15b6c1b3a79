import type { Interceptor } from "@connectrpc/connect";
import { DomainError, toConnectError } from "../process/domain-error.ts";
import { inTime } from "../process/in-time.ts";

const tooLate = () => toConnectError(new DomainError("TIMED_OUT", "this took too long; try again"));

/** Answers a unary call after `ms` at the latest, whatever deadline its client set, or none. */
export const createDeadlineInterceptor =
  (ms: number): Interceptor =>
  (next) =>
  (request) =>
    request.stream ? next(request) : inTime(next(request), ms, tooLate);
