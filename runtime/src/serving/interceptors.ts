import type { Interceptor } from "@connectrpc/connect";
import type { Logger } from "../process/log.ts";
import { canonicalValuesInterceptor } from "./canonical-values.ts";
import { createErrorInterceptor } from "./error-interceptor.ts";
import { measureInterceptor } from "./measure-interceptor.ts";
import { requestIdInterceptor } from "./request-id-interceptor.ts";
import { validateInterceptor } from "./validate-interceptor.ts";

/**
 * What every call goes through, the outermost first, whichever stack takes it. `own` is what a port asks of a call: its
 * caller, its place among others.
 */
export const callInterceptors = (log: Logger, own: readonly Interceptor[] = []): Interceptor[] => [
  requestIdInterceptor,
  measureInterceptor,
  createErrorInterceptor(log),
  ...own,
  canonicalValuesInterceptor,
  validateInterceptor,
];
