import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  DeliveryKind,
  type DeliverySchema,
  DeliveryStepSchema,
} from "@ticketing/proto/deliveries/v1/delivery";
import { readTransition } from "@ticketing/runtime/documents/transition";
import { barcodesOf } from "./barcodes/known-barcodes.ts";
import { type Delivery, isSoldWithFile } from "./delivery.ts";
import { issueOf } from "./issuer/issue.ts";

const optionalTime = (time: Date | undefined) => time && timestampFromDate(time);

/** What other services learn of a delivery by its events: nothing of what was delivered. */
export const deliveryState = (delivery: Delivery) => ({
  id: delivery._id,
  buyerId: delivery.buyerId,
  sellerId: delivery.sellerId,
  status: delivery.status,
  kind: delivery.content?.kind ?? DeliveryKind.UNSPECIFIED,
  deliverBy: timestampFromDate(delivery.deliverBy),
  version: BigInt(delivery.version),
  createTime: timestampFromDate(delivery.createTime),
});

/** The delivery as its buyer and its seller see it. */
export function deliveryMessage(delivery: Delivery): MessageInitShape<typeof DeliverySchema> {
  const barcodes = barcodesOf(delivery.content);
  return {
    ...deliveryState(delivery),
    deliveredTime: optionalTime(delivery.deliveredTime),
    confirmedTime: optionalTime(delivery.confirmedTime),
    soldWithFile: isSoldWithFile(delivery),
    issue: issueOf(delivery),
    reminderCount: BigInt(delivery.reminders ?? 0),
    remindedTime: optionalTime(delivery.remindedTime),
    openingCount: BigInt(delivery.openingCount),
    openings: delivery.openings.map((time) => timestampFromDate(time)),
    barcodeFound: barcodes && barcodes.length > 0,
    timeline: delivery.history.map((step) => ({
      version: BigInt(step.version),
      time: timestampFromDate(step.time),
      transition: readTransition(DeliveryStepSchema, step),
    })),
  };
}
