import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import type { Delivery } from "../delivery.ts";
import type { DeliveryStore } from "../delivery-aggregate.ts";
import type { Standing } from "./barcode.ts";
import type { StandingOf } from "./barcodes.ts";
import { knownBarcodes } from "./known-barcodes.ts";

/**
 * What claims of barcodes are worth by what they were made for. Files of listings are not stored here yet, so a claim of
 * one is gone.
 */
export const standingBy =
  (deliveries: Pick<DeliveryStore, "find">): StandingOf =>
  async (claim, id) => {
    const delivery = claim.kind === "order" ? await deliveries.find(claim.id) : null;
    return delivery ? standingAt(delivery, id) : "gone";
  };

/** Once the money went back, nothing is kept of what was delivered: that the order claimed the barcode is enough. */
function standingAt(delivery: Delivery, id: string): Standing {
  if (delivery.status === DeliveryStatus.CANCELLED) return "rests";
  return knownBarcodes(delivery).includes(id) ? "stands" : "gone";
}
