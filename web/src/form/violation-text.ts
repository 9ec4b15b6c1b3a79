/**
 * Sentences of one form: by field, or by field and rule (`displayName` or `displayName string.max_len`). A sentence that
 * names the limits gets them from the contract, in the order of its rule.
 */
export type FieldWords = Readonly<Record<string, string | ((...limits: string[]) => string)>>;

const numbers = (message: string) => message.match(/\d+/g) ?? [];

/**
 * Why a value is refused, in plain words. The limits themselves come from the contract, in the violation's message.
 */
export function violationText(
  path: string,
  violation: { ruleId: string; message: string },
  words: FieldWords,
): string {
  const { ruleId, message } = violation;
  const own = words[`${path} ${ruleId}`] ?? words[path];
  const limits = numbers(message);
  if (own) return typeof own === "string" ? own : own(...limits);
  const [limit] = limits;
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
      return limit === "1" ? "Please fill this in." : `At least ${limit} characters, please.`;
    case "string.max_len":
      return `At most ${limit} characters, please.`;
    default:
      return `This value ${message}.`;
  }
}
