import type { Client } from "@connectrpc/connect";
import { CaseKind, CaseRuling } from "@ticketing/proto/cases/v1/case";
import type { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryEventSchema } from "@ticketing/proto/deliveries/v1/delivery_events";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import type { Clock } from "@ticketing/runtime/process/clock";
import { caseIdOf, openCase, settleByFact } from "./case.ts";
import type { CaseStore } from "./case-aggregate.ts";
import { readOrder, type SaleSources, saleOf } from "./complaint.ts";

interface FollowDependencies {
  cases: Pick<CaseStore, "find" | "insert" | "update">;
  sources: Pick<SaleSources, "orders"> & {
    deliveries: Pick<Client<typeof DeliveryLifecycleService>, "readDelivery">;
  };
  clock: Clock;
}

const ARRIVED = { ruling: CaseRuling.REJECT, reason: "The buyer confirmed that the ticket arrived." };

/** The transitions after which a case may begin or end. Others have it overdue or confirmed only by a later one. */
const CONFIRMED_OR_LATE = /^evt\.deliveries\.v1\.delivery_(?!awaited\.|made\.)/;

/**
 * A ticket that is overdue opens a case without its buyer, and one that the buyer confirms ends it. Events may be old: the
 * delivery is read again.
 */
export const onDeliveryEvent =
  ({ cases, sources, clock }: FollowDependencies) =>
  async ({ subject, payload }: Pick<IncomingEvent, "subject" | "payload">): Promise<void> => {
    // The files of listed tickets share the stream.
    if (!CONFIRMED_OR_LATE.test(subject)) return;
    const { id: orderId, state } = decodeEvent(DeliveryEventSchema, payload);
    if (!orderId || !state) throw new PoisonEvent("the event has no state");
    const about = { kind: CaseKind.NOT_DELIVERED };
    if (state.status === DeliveryStatus.CONFIRMED) {
      const known = await cases.find(caseIdOf(orderId, about.kind));
      if (known) await cases.update(known._id, (current) => settleByFact(current, ARRIVED, clock()), known);
    }
    if (state.status !== DeliveryStatus.OVERDUE) return;
    const [order, { delivery }] = await Promise.all([
      readOrder(sources, orderId),
      sources.deliveries.readDelivery({ orderId }),
    ]);
    if (order.status !== OrderStatus.COMPLETE || delivery?.status !== DeliveryStatus.OVERDUE) return;
    await cases.insert(openCase(saleOf(order), about, clock()));
  };
