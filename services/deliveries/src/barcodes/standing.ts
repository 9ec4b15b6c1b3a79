import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import type { Delivery } from "../delivery.ts";
import type { DeliveryStore } from "../delivery-aggregate.ts";
import type { TicketFile } from "../ticket-file.ts";
import type { TicketFileStore } from "../ticket-file-aggregate.ts";
import type { Standing } from "./barcode.ts";
import type { StandingOf } from "./barcodes.ts";
import { barcodesOf, knownBarcodes } from "./known-barcodes.ts";

/** What claims of barcodes are worth by what they were made for: the file of a listing, or the delivery of an order. */
export const standingBy = (
  deliveries: Pick<DeliveryStore, "find">,
  ticketFiles: Pick<TicketFileStore, "find">,
): StandingOf => {
  const ofListing = async ({ upload, shownBarcodes, orderId }: TicketFile, id: string): Promise<Standing> => {
    if (!barcodesOf(upload)?.includes(id)) return shownBarcodes?.includes(id) ? "rests" : "gone";
    const sale = orderId ? await deliveries.find(orderId) : null;
    if (sale && ofSale(sale, id) === "stands") return { soldTo: sale.buyerId };
    // Until the delivery has the file, the listing is in the way of others.
    return orderId ? { boundTo: orderId } : "stands";
  };

  return async (claim, id) => {
    if (claim.kind === "ticket") {
      const file = await ticketFiles.find(claim.id);
      return file ? ofListing(file, id) : "gone";
    }
    const delivery = await deliveries.find(claim.id);
    return delivery ? ofSale(delivery, id) : "gone";
  };
};

function ofSale(delivery: Delivery, id: string): Standing {
  if (!knownBarcodes(delivery).includes(id)) return "gone";
  return delivery.status === DeliveryStatus.CANCELLED ? "rests" : "stands";
}
