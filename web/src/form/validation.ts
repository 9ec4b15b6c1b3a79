import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Path } from "@bufbuild/protobuf/reflect";
import { createValidator, pathFromViolationProto } from "@bufbuild/protovalidate";
import { type FieldPath, ViolationsSchema } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { ConnectError } from "@connectrpc/connect";
import { limitsOf } from "./limits.ts";
import { type FieldWords, violationText } from "./violation-text.ts";

/** What is wrong with each field, by its path in the message: `event.title`. */
export type FieldErrors = Readonly<Record<string, string>>;

const validator = createValidator();

/** Checks a message against the constraints of its contract, as the services do. */
export function fieldErrors<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
  words: FieldWords,
): FieldErrors {
  const result = validator.validate(schema, message);
  if (result.kind === "error") throw result.error;
  const errors: Record<string, string> = {};
  for (const violation of result.violations ?? []) {
    const { field, ruleId, message } = violation;
    const path = pathOf(field);
    const last = field.at(-1);
    const rule = last?.kind === "field" ? { ruleId, message, limits: limitsOf(last) } : { ruleId, message };
    errors[path] ??= violationText(path, rule, words);
  }
  return errors;
}

/**
 * The same for what a call threw: a service may know constraints that this page, loaded before the last release, does not.
 * Their limits are then the ones that the service's message names. Empty for any other failure.
 */
export function refusedFields(schema: DescMessage, thrown: unknown, words: FieldWords): FieldErrors {
  const errors: Record<string, string> = {};
  for (const { violations } of ConnectError.from(thrown).findDetails(ViolationsSchema)) {
    for (const { field, ruleId, message } of violations) {
      const path = field && knownPath(schema, field);
      if (path) errors[path] ??= violationText(path, { ruleId, message }, words);
    }
  }
  return errors;
}

/** Undefined for a field that this page's contract does not have. */
function knownPath(schema: DescMessage, field: FieldPath): string | undefined {
  try {
    return pathOf(pathFromViolationProto(schema, field));
  } catch {
    return undefined;
  }
}

const pathOf = (path: Path): string =>
  path.map((part) => (part.kind === "field" ? part.localName : "*")).join(".");
