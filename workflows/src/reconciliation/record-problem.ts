import { createValidator } from "@bufbuild/protovalidate";
import { type Money, MoneySchema } from "@ticketing/proto/type/v1/money";
import { isId } from "./drift.ts";

const validator = createValidator();

/** What is wrong with ids of one record, in words; undefined when they are such as records have. Empty: names none. */
export function idProblem(ids: { own: string; named: Readonly<Record<string, string>> }): string | undefined {
  if (!isId(ids.own)) return `its id has ${ids.own.length} characters`;
  for (const [name, id] of Object.entries(ids.named)) {
    if (id !== "" && !isId(id)) return `its ${name} has ${id.length} characters`;
  }
  return undefined;
}

/** What is wrong with an amount, as its contract says it; undefined when it is one that we take. */
export function moneyProblem(money: Money | undefined): string | undefined {
  if (!money) return "it has no amount";
  const { kind, violations } = validator.validate(MoneySchema, money);
  if (kind === "valid") return undefined;
  const why = violations?.map(({ message }) => message).join(", ") ?? "no amount of ours";
  return `${money.minorUnits} ${money.currency}: ${why}`;
}
