import { type Amount, formatMoney } from "../format/format-money.ts";

/** An amount of money. */
export function Money({ amount, className }: { amount: Amount; className?: string | undefined }) {
  return (
    <data value={`${amount.minorUnits} ${amount.currency}`} className={className}>
      {formatMoney(amount)}
    </data>
  );
}
