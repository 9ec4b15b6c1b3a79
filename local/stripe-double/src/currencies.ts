import { invalid } from "./api-error.ts";

/** docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in minor units. Others have no least of their own. */
const LEAST: Readonly<Record<string, number>> = {
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
  usd: 50,
};

/** docs.stripe.com/currencies#zero-decimal */
const ZERO_DECIMAL = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
/** docs.stripe.com/currencies#three-decimal: the last digit has to be 0. */
const THREE_DECIMAL = "bhd jod kwd omr tnd".split(" ");
/** docs.stripe.com/currencies#special-cases: without decimals by now, but written with two that have to be 00. */
const WHOLE = "isk ugx".split(" ");

/** Eight digits; docs.stripe.com/currencies names one exception, which has twelve. */
const most = (currency: string): number => (currency === "idr" ? 999_999_999_999 : 99_999_999);

/** Throws as Stripe refuses an amount that cannot be charged in its currency. */
export function checkAmount(amount: number, currency: string): void {
  const least = LEAST[currency] ?? 1;
  if (amount < least) {
    throw invalid(`Amount must be at least ${shown(least, currency)}`, "amount", "amount_too_small");
  }
  if (amount > most(currency)) {
    const message = `Amount must be no more than ${shown(most(currency), currency)}`;
    throw invalid(message, "amount", "amount_too_large");
  }
  const step = THREE_DECIMAL.includes(currency) ? 10 : WHOLE.includes(currency) ? 100 : 1;
  if (amount % step !== 0) {
    const message = `Amounts in ${currency} must be divisible by ${step}`;
    throw invalid(message, "amount", "parameter_invalid_integer");
  }
}

/** An amount of minor units as people read it: `0.50 usd`, `50 jpy`. */
export function shown(amount: number, currency: string): string {
  const decimals = ZERO_DECIMAL.includes(currency) ? 0 : THREE_DECIMAL.includes(currency) ? 3 : 2;
  return `${(amount / 10 ** decimals).toFixed(decimals)} ${currency}`;
}
