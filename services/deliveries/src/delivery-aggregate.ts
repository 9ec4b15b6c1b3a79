import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryEventSchema } from "@ticketing/proto/deliveries/v1/delivery_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { pageByTime } from "@ticketing/runtime/documents/page-by-time";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Delivery } from "./delivery.ts";
import { deliveryState } from "./delivery-message.ts";

export type DeliveryStore = AggregateStore<Delivery>;

const awaited = { status: DeliveryStatus.AWAITING_SELLER };

/** No event begins later than that. */
const END_OF_TIME = new Date(Date.UTC(10_000, 0, 1));

/** What was due longer ago would only stand before what is due next. */
const SHOWN_FOR_MS = 7 * 86_400_000;

/** A page of what a seller has to deliver, or should have within the last week; earliest first. Throws BAD_PAGE_TOKEN. */
export async function findDue(
  deliveries: DeliveryStore,
  sellerId: string,
  now: Date,
  page: { pageSize: number; pageToken: string },
) {
  const since = new Date(now.getTime() - SHOWN_FOR_MS);
  const filter = { sellerId, isDue: true };
  // Most people have nothing to deliver, and the way to the end of time is a score of questions.
  const isNone =
    !page.pageToken && !(await deliveries.collection.findOne({ ...filter, deliverBy: { $gte: since } }));
  if (isNone) return { documents: [], nextPageToken: "" };
  return pageByTime(deliveries.collection, {
    ...{ time: "deliverBy", since, until: END_OF_TIME, filter },
    ...page,
  });
}

/**
 * A page of what is awaited in time and has something to be done at this instant or before; earliest first. What is late
 * has `deliverBy` by then, and what its seller is to be reminded of `remindTime`.
 */
export const findAwaited = (
  deliveries: DeliveryStore,
  time: "deliverBy" | "remindTime",
  now: Date,
  page: { pageSize: number; pageToken: string },
) =>
  pageByTime(deliveries.collection, {
    time,
    since: new Date(0),
    until: new Date(now.getTime() + 1),
    filter: awaited,
    ...page,
  });

/** A page of the deliveries for which the issuer of tickets is to be asked at this instant or before; earliest first. */
export const findToIssue = (
  deliveries: DeliveryStore,
  now: Date,
  page: { pageSize: number; pageToken: string },
) =>
  pageByTime(deliveries.collection, {
    time: "issueTime",
    since: new Date(0),
    until: new Date(now.getTime() + 1),
    ...page,
  });

/** Deliveries: where they are kept, and what other services learn of them. */
export const deliveryAggregate = defineAggregate({
  collection: "deliveries",
  stream: "DELIVERIES",
  event: DeliveryEventSchema,
  state: deliveryState,
  notFound: () => new DomainError("DELIVERY_NOT_FOUND", "there is no delivery of this order"),
  indexes: [
    { key: { sellerId: 1, isDue: 1, deliverBy: 1, _id: 1 } },
    { key: { deliverBy: 1, _id: 1 }, partialFilterExpression: awaited },
    { key: { remindTime: 1, _id: 1 }, partialFilterExpression: awaited },
    { key: { issueTime: 1, _id: 1 } },
  ],
});
