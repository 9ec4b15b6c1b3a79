import { create } from "@bufbuild/protobuf";
import { useQuery } from "@connectrpc/connect-query";
import { OrderService, QuoteEarningsRequestSchema } from "@ticketing/proto/orders/v1/order_service";
import { explain } from "../api/explain.ts";
import { reasonOf } from "../api/reason.ts";
import { useSettled } from "../form/use-settled.ts";
import { fieldErrors } from "../form/validation.ts";
import { type Amount, formatMoney } from "../format/format-money.ts";
import styles from "./sell.module.css";
import { sellTexts as texts } from "./texts.ts";

/** How long after the last key press a quote is asked for. */
const SETTLE_MS = 200;

/**
 * What the seller gets of a price and what the fee is, or why nothing can be sold at it. Screen readers say it when the
 * typing pauses. Empty for a price that the contract does not take: the form says why.
 */
export function SellerShare({ price }: { price: Amount }) {
  const { currency } = price;
  const minorUnits = BigInt(useSettled(`${price.minorUnits}`, SETTLE_MS));
  const request = create(QuoteEarningsRequestSchema, { price: { minorUnits, currency } });
  const isPrice = Object.keys(fieldErrors(QuoteEarningsRequestSchema, request, {})).length === 0;
  const { data, error } = useQuery(OrderService.method.quoteEarnings, request, { enabled: isPrice });
  const text = () => {
    if (!isPrice || price.minorUnits === 0n) return "";
    if (error) return WHY.includes(reasonOf(error).name) ? explain(error).text : texts.shareUnknown;
    if (!data) return "";
    const money = (part: bigint) => formatMoney({ minorUnits: part, currency });
    return texts.share(money(data.net), money(data.fee));
  };
  return (
    <p role="status" className={styles.share}>
      {text()}
    </p>
  );
}

/** The refusals that say what is wrong with the price. */
const WHY = ["PRICE_TOO_LOW", "CURRENCY_NOT_OFFERED"];
