/** An amount as the contracts have it; a message of the API fits. */
export interface Amount {
  readonly minorUnits: bigint;
  readonly currency: string;
}

/** "$45.00" in the reader's own way of writing it. Every supported currency has two decimals. */
export function formatMoney({ minorUnits, currency }: Amount): string {
  const text = `${minorUnits / 100n}.${String(minorUnits % 100n).padStart(2, "0")}`;
  return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(text as `${number}`);
}

/** An amount of money. */
export function Money({ amount, className }: { amount: Amount; className?: string | undefined }) {
  return (
    <data value={`${amount.minorUnits} ${amount.currency}`} className={className}>
      {formatMoney(amount)}
    </data>
  );
}
