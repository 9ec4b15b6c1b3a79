import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { inTime } from "../process/in-time.ts";

const tooLate = () => new ConnectError("this took too long; try again", Code.DeadlineExceeded);

/** Answers a unary call after `ms` at the latest, whatever deadline its client set, or none. */
export const createDeadlineInterceptor =
  (ms: number): Interceptor =>
  (next) =>
  (request) =>
    request.stream ? next(request) : inTime(next(request), ms, tooLate);
