import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { EarningState } from "@ticketing/proto/payouts/v1/earning_events";
import { decide } from "./decision.ts";
import { createSaleReader } from "./read-sale.ts";

/** What an event says of an earning that was released. */
export type Released = Pick<
  EarningState,
  "id" | "status" | "holdReason" | "price" | "fee" | "amountRefunded"
>;

/**
 * Judges an earning that was released just now by what its event says of it. Resolves with the id of the charge of which it
 * can be transferred; undefined where the earning itself has to be read before anything is decided. Whatever happened to it
 * since its event, payouts look at before they transfer. Throws as `asking`.
 */
export function createReleasedJudge(clients: Parameters<typeof createSaleReader>[0]) {
  const readSale = createSaleReader(clients);
  return async ({ id, price, ...told }: Released): Promise<string | undefined> => {
    const isReleased = told.status === EarningStatus.RELEASED;
    const isWhole = told.holdReason === EarningHoldReason.UNSPECIFIED && told.amountRefunded === 0n;
    if (!price || !isReleased || !isWhole) return undefined;
    const { order, charge, delivery } = await readSale(id);
    if (!order) throw new Error("orders answered without the order");
    const decision = decide(
      { order, charge, delivery, saleStands: false, refundsAccepted: false },
      { price: price.minorUnits, net: price.minorUnits - told.fee },
    );
    return decision.next === "transfer" ? decision.chargeId : undefined;
  };
}
