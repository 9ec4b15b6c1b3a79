import { useQuery } from "@connectrpc/connect-query";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { currencies } from "../format/currencies.ts";
import { leastCharge } from "./least-charge.ts";

/** The currencies in which tickets can be sold. */
export interface Currencies {
  /** ISO 4217 codes. */
  readonly offered: readonly string[];
  /** The least price in a currency, in minor units. */
  least(currency: string): bigint;
}

/** What the contracts say, until the service has answered: a form can be filled in meanwhile. */
const ofContracts: Currencies = { offered: currencies, least: leastCharge };

/** The currencies in which tickets can be sold now. */
export function useCurrencies(): Currencies {
  const { data } = useQuery(OrderService.method.listCurrencies, {}, { staleTime: Number.POSITIVE_INFINITY });
  if (!data) return ofContracts;
  const least = new Map(data.currencies.map(({ currency, leastPrice }) => [currency, leastPrice]));
  return { offered: [...least.keys()], least: (currency) => least.get(currency) ?? leastCharge(currency) };
}
