import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { measureCall } from "../process/measures.ts";

/** The name of a code in gRPC's spelling: `OK`, `NOT_FOUND`. */
export const codeName = (code: Code | undefined): string =>
  code === undefined ? "OK" : (Code[code] ?? "Unknown").replace(/(?!^)[A-Z]/g, "_$&").toUpperCase();

/** Measures every unary call. A stream lasts as long as somebody looks, which says nothing of the service. */
export const measureInterceptor: Interceptor = (next) => async (request) => {
  if (request.stream) return next(request);
  const begun = performance.now();
  const answered = (code?: Code) =>
    measureCall(
      `${request.service.typeName}/${request.method.name}`,
      codeName(code),
      performance.now() - begun,
    );
  try {
    const response = await next(request);
    answered();
    return response;
  } catch (error) {
    answered(ConnectError.from(error).code);
    throw error;
  }
};
