import type { Limits } from "./limits.ts";

/**
 * Sentences of one form: by field, or by field and rule (`displayName` or `displayName string.max_len`). One that names
 * the field's limits is a function of them.
 */
export type FieldWords = Readonly<Record<string, string | ((limits: Limits) => string)>>;

/** A rule that a value breaks, with the limits of the field; without them when only the service knows the rule. */
interface BrokenRule {
  readonly ruleId: string;
  readonly message: string;
  readonly limits?: Limits;
}

/** Why a value is refused, in plain words. */
export function violationText(
  path: string,
  { ruleId, message, limits }: BrokenRule,
  words: FieldWords,
): string {
  const own = words[`${path} ${ruleId}`] ?? words[path];
  if (typeof own === "string") return own;
  if (own && limits) return own(limits);
  switch (ruleId) {
    case "required":
      return "Please fill this in.";
    case "text.visible":
      return "Please use characters that can be seen, without hidden ones or spaces around them.";
    case "enum.not_in":
    case "enum.defined_only":
    case "string.in":
      return "Please choose one.";
    case "string.email":
    case "string.email_empty":
      return "Please enter an e-mail address, such as name@example.com.";
    case "string.min_len":
      if (limits)
        return limits.min === 1n ? "Please fill this in." : `At least ${limits.min} characters, please.`;
      break;
    case "string.max_len":
      if (limits) return `At most ${limits.max} characters, please.`;
      break;
  }
  return `This value ${message}.`;
}
