import { type DescField, getOption } from "@bufbuild/protobuf";
import { field as rules } from "@ticketing/proto/buf/validate/validate";

/** The least and the most that a constraint takes, both included; undefined where it has no such end. */
export interface Limits {
  readonly min: bigint | undefined;
  readonly max: bigint | undefined;
}

/** The limits that the contract sets to a field: characters of a text, items of a list, or the value of a number. */
export function limitsOf(field: DescField): Limits {
  const { type } = getOption(field, rules);
  switch (type.case) {
    case "string":
      return { min: type.value.minLen || undefined, max: type.value.maxLen || undefined };
    case "repeated":
      return { min: type.value.minItems || undefined, max: type.value.maxItems || undefined };
    case "int64": {
      const { greaterThan, lessThan } = type.value;
      return {
        min: greaterThan.case === "gte" ? greaterThan.value : undefined,
        max: lessThan.case === "lte" ? lessThan.value : undefined,
      };
    }
    default:
      return { min: undefined, max: undefined };
  }
}
