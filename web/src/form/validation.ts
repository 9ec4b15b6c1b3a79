import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { createValidator, type Violation } from "@bufbuild/protovalidate";
import { type FieldWords, violationText } from "../texts/validation.ts";

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
    const path = pathOf(violation);
    errors[path] ??= violationText(path, violation, words);
  }
  return errors;
}

const pathOf = ({ field }: Violation): string =>
  field.map((part) => (part.kind === "field" ? part.localName : "*")).join(".");
