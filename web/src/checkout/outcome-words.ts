import { CancellationReason, type Order } from "@ticketing/proto/orders/v1/order";
import { formatMoney } from "../format/format-money.ts";
import type { MoneyPlace } from "../orders/money-place.ts";
import { refundTitles, whereMoneyIs } from "../orders/money-texts.ts";
import { orderTexts, refundRefusedText } from "../orders/texts.ts";
import { checkoutTexts as texts } from "./texts.ts";

/** How a failed purchase ended, and where its money is, if that is known. */
export function wordsOf(
  order: Order,
  phase: "cancelled" | "expired" | "refunded",
  money: MoneyPlace | undefined,
): { title: string; text: string } {
  const place = money && whereMoneyIs[money](order.price ? formatMoney(order.price) : "");
  if (phase === "refunded") {
    if (money && place) return { title: refundTitles[money], text: place };
    return order.refundRefusedTime
      ? { title: orderTexts.refundRefusedTitle, text: refundRefusedText("buyer", order.refundRefusalReason) }
      : { title: texts.refundedTitle, text: texts.refundedText };
  }
  if (phase === "expired" && money === "not_taken") {
    return { title: texts.expiredTitle, text: texts.expiredUnpaid };
  }
  const { title, text } =
    phase === "expired"
      ? { title: texts.expiredTitle, text: texts.expiredText }
      : (texts.cancelled[order.cancellationReason] ?? texts.cancelled[CancellationReason.UNSPECIFIED]);
  return { title, text: [text, place].filter(Boolean).join(" ") };
}
