import type { DescMessage, Message } from "@bufbuild/protobuf";
import { createValidator, violationsToProto } from "@bufbuild/protovalidate";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

const validator = createValidator();
/** There can be as many as the request has bytes; these are a few kilobytes. */
const MAX_VIOLATIONS = 20;

/**
 * Refuses requests that break the rules of their contract: INVALID_ARGUMENT, with buf.validate.Violations. Callers are
 * not asked to check theirs before: a contract may have changed since they were built.
 */
export const validateInterceptor: Interceptor = (next) => (request) => {
  const { input } = request.method;
  if (!request.stream) validate(input, request.message);
  else request = { ...request, message: validated(input, request.message) };
  return next(request);
};

async function* validated<T extends Message>(desc: DescMessage, messages: AsyncIterable<T>) {
  for await (const message of messages) {
    validate(desc, message);
    yield message;
  }
}

function validate(desc: DescMessage, message: Message): void {
  const result = validator.validate(desc, message);
  if (result.kind === "valid") return;
  const { error, violations } = result;
  const [value, violationsDesc] = violationsToProto(violations?.slice(0, MAX_VIOLATIONS) ?? []);
  const details = violations ? [{ desc: violationsDesc, value }] : [];
  throw new ConnectError(error.message, Code.InvalidArgument, undefined, details, error);
}
