import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import {
  ListOrdersRequestSchema,
  OrderLifecycleService,
  type OrderRecordSchema,
} from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import {
  type ChargeRecordSchema,
  type IntentRecordSchema,
  IntentStatus,
  type MovementRecordSchema,
  PaymentLifecycleService,
  type PaymentRecordSchema,
} from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import {
  type BookedMovementSchema,
  type EarningRecordSchema,
  PayoutLifecycleService,
} from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import {
  TicketLockService,
  type TicketRecordSchema,
} from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import type { RecordSelection } from "@ticketing/proto/type/internal/v1/record_selection";
import type { BookClients } from "../src/clients.ts";

type Init<T extends DescMessage> = MessageInitShape<T>;

/** What tickets, orders, payments and Stripe hold, as reconciliation is told of it. */
export interface Books {
  orders: Init<typeof OrderRecordSchema>[];
  tickets: Init<typeof TicketRecordSchema>[];
  payments: Init<typeof PaymentRecordSchema>[];
  intents: Init<typeof IntentRecordSchema>[];
  earnings: Init<typeof EarningRecordSchema>[];
  movements: Init<typeof MovementRecordSchema>[];
  /** What earnings have booked. */
  booked: Init<typeof BookedMovementSchema>[];
  charges: Init<typeof ChargeRecordSchema>[];
  /** What services cannot tell. */
  unreadable: { id: string; problem: string }[];
  /** Ids that break whoever is asked for them. */
  poison: string[];
}

const OPEN = OrderStatus.AWAITING_PAYMENT;
const validator = createValidator();

/** The services over these books; each refuses what its contract refuses. `asked` is told what is to be changed. */
export function servicesOver(given: Partial<Books>, asked: (id: string) => void = () => undefined) {
  const {
    orders = [],
    tickets = [],
    payments = [],
    intents = [],
    earnings = [],
    movements = [],
    booked = [],
    charges = [],
    unreadable = [],
    poison = [],
  } = given;
  const answer = <T>(all: T[], idOf: (one: T) => string | undefined, selection?: RecordSelection) => {
    // All of these requests hold the same selection.
    const request = create(ListOrdersRequestSchema, { selection });
    if (validator.validate(ListOrdersRequestSchema, request).kind !== "valid") {
      throw new ConnectError("the selection is not valid", Code.InvalidArgument);
    }
    if (selection?.selection.case !== "named") {
      const { pageSize = 0, pageToken = "" } = selection?.selection.value ?? {};
      const begin = Number(pageToken || "0");
      const nextPageToken = begin + pageSize < all.length ? String(begin + pageSize) : "";
      const told = begin === 0 ? unreadable : [];
      return { records: all.slice(begin, begin + pageSize), unreadable: told, nextPageToken };
    }
    const { ids } = selection.selection.value;
    if (ids.some((id) => poison.includes(id))) throw new ConnectError("it broke", Code.Internal);
    return {
      records: all.filter((one) => ids.includes(idOf(one) ?? "")),
      unreadable: unreadable.filter(({ id }) => ids.includes(id)),
    };
  };
  const transport = createRouterTransport(({ service }) => {
    service(OrderLifecycleService, {
      listOrders({ selection }) {
        const { records, ...page } = answer(orders, ({ order }) => order?.id, selection);
        return { ...page, orders: records };
      },
      endForEvent({ orderId }) {
        asked(orderId);
        return {};
      },
      listOverdueOrders: () => ({ orders: orders.filter(({ order }) => order?.status === OPEN) }),
    });
    service(TicketLockService, {
      listTickets({ selection }) {
        const { records, ...page } = answer(tickets, ({ ticket }) => ticket?.id, selection);
        return { ...page, tickets: records };
      },
      unlockTicket({ ticketId }) {
        asked(ticketId);
        return {};
      },
      relistTicket({ ticketId }) {
        asked(ticketId);
        return {};
      },
    });
    service(PayoutLifecycleService, {
      listEarnings({ selection }) {
        const { records, ...page } = answer(earnings, ({ earning }) => earning?.id, selection);
        return { ...page, earnings: records };
      },
      readBooks: ({ orderIds }) => ({
        movements: booked.filter(({ orderId = "" }) => orderIds.includes(orderId)),
      }),
    });
    service(PaymentLifecycleService, {
      listPayments({ selection }) {
        const { records, ...page } = answer(payments, ({ payment }) => payment?.id, selection);
        return { ...page, payments: records };
      },
      listIntents({ selection }) {
        const { records, ...page } = answer(intents, ({ id }) => id, selection);
        return { ...page, intents: records };
      },
      listMovements({ selection }) {
        const { unreadable: _, records, ...page } = answer(movements, ({ id }) => id, selection);
        return { ...page, movements: records };
      },
      listCharges({ selection }) {
        const { records, ...page } = answer(charges, ({ orderId }) => orderId, selection);
        return { ...page, charges: records };
      },
      readPayment({ orderId }) {
        asked(orderId);
        return {};
      },
      releaseIntent({ intentId }) {
        asked(intentId);
        return {};
      },
    });
  });
  const clients: BookClients = {
    orders: createClient(OrderLifecycleService, transport),
    tickets: createClient(TicketLockService, transport),
    payments: createClient(PaymentLifecycleService, transport),
    payouts: createClient(PayoutLifecycleService, transport),
  };
  return clients;
}

export const price = { minorUnits: 4_500n, currency: "USD" };

export const complete = (id: string, changes: object = {}) => ({
  order: { id, ticketId: `t-${id}`, status: OrderStatus.COMPLETE, price, ...changes },
});
export const sold = (id: string, changes: object = {}) => ({
  ticket: { id: `t-${id}`, price, ...changes },
  soldOrderId: id,
});
export const captured = (id: string, changes: object = {}) => ({
  payment: {
    ...{ id, status: PaymentStatus.CAPTURED, amount: price, stripePaymentIntentId: `pi-${id}` },
    ...changes,
  },
});
export const succeeded = (id: string, changes: object = {}) => ({
  ...{ id: `pi-${id}`, orderId: id, status: IntentStatus.SUCCEEDED, amount: 4_500n, currency: "USD" },
  ...{ amountReceived: 4_500n, ...changes },
});

export const earned = (id: string, changes: object = {}) => ({ earning: { id, price }, ...changes });

/** The books of sales that all agree. */
export const sales = (...ids: string[]): Books => ({
  orders: ids.map((id) => complete(id)),
  tickets: ids.map((id) => sold(id)),
  payments: ids.map((id) => captured(id)),
  intents: ids.map((id) => succeeded(id)),
  earnings: ids.map((id) => earned(id)),
  movements: [],
  booked: [],
  charges: [],
  unreadable: [],
  poison: [],
});
