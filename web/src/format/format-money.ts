/** An amount as the contracts define it; a `Money` of the API fits. */
export interface Amount {
  readonly minorUnits: bigint;
  readonly currency: string;
}

/** "$45.00" as `locale` writes it, by default the reader's. Every supported currency has two decimals. */
export function formatMoney({ minorUnits, currency }: Amount, locale?: string): string {
  const text = `${minorUnits / 100n}.${String(minorUnits % 100n).padStart(2, "0")}`;
  return new Intl.NumberFormat(locale, { style: "currency", currency }).format(text as `${number}`);
}
