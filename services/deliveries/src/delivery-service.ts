import type { Client, ServiceImpl } from "@connectrpc/connect";
import type { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import type { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import type { Sealing } from "@ticketing/runtime/documents/sealed-text";
import { requireUser } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError, isRefusedFor } from "@ticketing/runtime/process/domain-error";
import type { RateLimit } from "@ticketing/runtime/process/rate-limit";
import { requireClaimed } from "./barcodes/barcode.ts";
import type { Barcodes } from "./barcodes/barcodes.ts";
import { barcodesOf } from "./barcodes/known-barcodes.ts";
import {
  contentOf,
  discardContent,
  discardUpload,
  isDelivered,
  openedContent,
  type PlainContent,
  sealContent,
} from "./content.ts";
import {
  confirm,
  type DeliveredContent,
  type Delivery,
  deliver,
  recordOpening,
  requireBuyer,
  requireDelivered,
  requireOpen,
  requireParty,
  requireSeller,
} from "./delivery.ts";
import { type DeliveryStore, findDue } from "./delivery-aggregate.ts";
import { deliveryMessage } from "./delivery-message.ts";
import type { Files } from "./files/files.ts";
import { createTicketFileService, type TicketFileDependencies } from "./ticket-file-service.ts";

export interface DeliveryServiceDependencies
  extends Pick<TicketFileDependencies, "ticketFiles" | "tickets" | "terms"> {
  deliveries: DeliveryStore;
  /** Asked before anything of a ticket is shown: the order decides whether it may. */
  orders: Pick<Client<typeof OrderLifecycleService>, "openTicket">;
  sealing: Sealing;
  files: Files;
  /** Takes a seller's id for each upload. */
  uploadLimit: RateLimit;
  barcodes: Barcodes;
  clock: Clock;
}

/** So many uploads a seller may begin within the window, which is the time that the broker keeps one; a bucket keeps it for longer. */
export const UPLOAD_RATE = { count: 60, windowMs: 3_600_000 };

/** The API of buyers and sellers. */
export function createDeliveryService(
  deps: DeliveryServiceDependencies,
): ServiceImpl<typeof DeliveryService> {
  const { deliveries, orders, sealing, files, uploadLimit, barcodes, clock } = deps;

  /**
   * What is the buyer's to do with a delivered ticket. It is recorded at the order first, which refuses it once a refund
   * was asked for and no refund after it: one document decides. `once`: not where it was recorded there before.
   */
  async function asOpened(
    orderId: string,
    buyerId: string,
    step: (delivery: Delivery) => Delivery,
    { once = false } = {},
  ) {
    const delivery = requireBuyer(await deliveries.get(orderId), buyerId);
    requireDelivered(delivery);
    const isRecorded = once && delivery.openingCount > 0;
    if (!isRecorded) await orders.openTicket({ orderId, buyerId });
    return deliveries.update(orderId, step, delivery);
  }

  /**
   * A call that comes at the same time may be first: then what it stored stays, and what this one did goes. A write whose
   * outcome is not known may have been made: nothing goes then. A refusal wrote nothing. What was uploaded goes last: a
   * repeat after a crash finds it, or what was delivered.
   */
  async function replaceContent(
    before: Delivery,
    content: PlainContent,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const { _id: orderId, sellerId, buyerId } = before;
    const sealed = await sealContent(deps, before, content, signal).catch(async (error: unknown) => {
      const delivery = isRefusedFor(error, "UPLOAD_MISSING") && (await deliveries.get(orderId));
      if (delivery && isDelivered(sealing, delivery, content)) return delivery;
      throw error;
    });
    if ("_id" in sealed) return sealed;
    const claimTime = clock();
    await barcodes
      .claim({ kind: "order", id: orderId, sellerId, buyerId }, barcodesOf(sealed) ?? [])
      .catch(async (error: unknown) => {
        await discardContent(files, sealed);
        if (isRefusedFor(error, "BARCODE_TAKEN")) await discardUpload(files, orderId, content);
        throw error;
      });
    let unneeded: DeliveredContent | undefined;
    const step = (current: Delivery) => {
      const isThere = isDelivered(sealing, current, content);
      if (!isThere) requireClaimed(claimTime, clock());
      unneeded = isThere ? sealed : current.content;
      return isThere ? current : deliver(current, sealed, clock());
    };
    const delivery = await deliveries.update(orderId, step, before).catch(async (error: unknown) => {
      if (error instanceof DomainError) await discardContent(files, sealed);
      throw error;
    });
    await discardContent(files, unneeded);
    await discardUpload(files, orderId, content);
    return delivery;
  }

  const takeUpload = (userId: string) => {
    const waitMs = uploadLimit.take(userId);
    if (waitMs === undefined) return;
    throw new DomainError("TOO_MANY_UPLOADS", "too many files were uploaded within an hour", {}, waitMs);
  };

  return {
    ...createTicketFileService({ ...deps, takeUpload }),

    async getDelivery({ orderId }, context) {
      const { userId } = requireUser(context);
      return { delivery: deliveryMessage(requireParty(await deliveries.get(orderId), userId)) };
    },

    async listDeliveriesDue(page, context) {
      const { userId } = requireUser(context);
      const { documents, nextPageToken } = await findDue(deliveries, userId, clock(), page);
      return { deliveries: documents.map(deliveryMessage), nextPageToken };
    },

    async startUpload({ orderId, bytes }, context) {
      const { userId } = requireUser(context);
      requireOpen(requireSeller(await deliveries.get(orderId), userId));
      takeUpload(userId);
      return files.startUpload(Number(bytes), orderId);
    },

    async deliverTicket(request, context) {
      const { orderId } = request;
      const { userId } = requireUser(context);
      const content = contentOf(request);
      const before = requireSeller(await deliveries.get(orderId), userId);
      if (isDelivered(sealing, before, content)) {
        // A process that died once the delivery was written has left what was uploaded.
        await discardUpload(files, orderId, content);
        return { delivery: deliveryMessage(before) };
      }
      requireOpen(before);
      return { delivery: deliveryMessage(await replaceContent(before, content, context.signal)) };
    },

    async openTicket({ orderId }, context) {
      const { userId } = requireUser(context);
      const delivery = await asOpened(orderId, userId, (current) => recordOpening(current, clock()));
      const content = await openedContent(deps, orderId, requireDelivered(delivery));
      return { content, delivery: deliveryMessage(delivery) };
    },

    async confirmDelivery({ orderId }, context) {
      const { userId } = requireUser(context);
      const step = (current: Delivery) => confirm(current, clock());
      const delivery = await asOpened(orderId, userId, step, { once: true });
      return { delivery: deliveryMessage(delivery) };
    },
  };
}
