import type { MessageShape } from "@bufbuild/protobuf";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { PaymentService } from "@ticketing/proto/payments/v1/payment_service";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { Person } from "../clients.ts";
import { lockTicket, refusal, watchUntil } from "../people.ts";
import type { TestMesh } from "../test-mesh.ts";
import { word } from "./supply.ts";

type Started = MessageShape<(typeof PaymentService)["method"]["startPayment"]["output"]>;

/** The steps of a sale in the order in which each leaves the next what it needs. */
export const stepNames = [
  "SearchTickets",
  "GetTicket",
  "CreateOrder, won",
  "CreateOrder, refused",
  "StartPayment",
  "confirm → COMPLETE",
  "CancelOrder → CANCELLED",
] as const;
export type StepName = (typeof stepNames)[number];

/** One step of a sale, to be called again and again. */
export interface Step {
  readonly name: StepName;
  /** How many calls are left. */
  left(): number;
  call(): Promise<void>;
}

/**
 * The steps over a stock of tickets. Orders that the third opens are paid by the fifth and sixth, and some of them
 * cancelled by the last.
 */
export function createSteps(mesh: TestMesh, buyers: readonly Person[], tickets: Ticket[]): Step[] {
  const held = tickets.splice(0, 20);
  const forSale = [...tickets];
  const toPay: { buyer: Person; order: Order }[] = [];
  const toCancel: { buyer: Person; order: Order }[] = [];
  const started: { buyer: Person; order: Order; payment: Started }[] = [];
  let calls = 0;
  const next = () => buyers[calls++ % buyers.length] as Person;
  const endless = () => Number.POSITIVE_INFINITY;
  const holding = Promise.all(
    held.map((ticket, n) => lockTicket(buyers[n % buyers.length] as Person, ticket)),
  );

  const step = (name: StepName, left: () => number, call: () => Promise<unknown>): Step => ({
    name,
    left,
    call: async () => {
      await call();
    },
  });
  return [
    step("SearchTickets", endless, () => {
      const buyer = next();
      return buyer.catalog.searchTickets({ filter: { query: word(calls), onlyAvailable: true } });
    }),
    step("GetTicket", endless, () =>
      next().tickets.getTicket({ ticketId: (tickets[calls % tickets.length] as Ticket).id }),
    ),
    step(
      "CreateOrder, won",
      () => forSale.length,
      async () => {
        const buyer = next();
        const order = await lockTicket(buyer, forSale.pop() as Ticket);
        (calls % 3 === 0 ? toCancel : toPay).push({ buyer, order });
      },
    ),
    step("CreateOrder, refused", endless, async () => {
      await holding;
      const buyer = next();
      const ticket = held[calls % held.length] as Ticket;
      const { reason } = await refusal(lockTicket(buyer, ticket));
      if (reason !== "TICKET_LOCKED") throw new Error(`refused with ${reason}`);
    }),
    step(
      "StartPayment",
      () => toPay.length,
      async () => {
        const { buyer, order } = toPay.pop() as (typeof toPay)[number];
        const payment = await buyer.payments.startPayment({ orderId: order.id });
        started.push({ buyer, order, payment });
      },
    ),
    step(
      "confirm → COMPLETE",
      () => started.length,
      async () => {
        const { buyer, order, payment } = started.pop() as (typeof started)[number];
        const [{ ok }] = await Promise.all([
          confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa"),
          watchUntil(buyer, order.id, OrderStatus.COMPLETE, 30_000),
        ]);
        if (!ok) throw new Error("the card was declined");
      },
    ),
    step(
      "CancelOrder → CANCELLED",
      () => toCancel.length,
      async () => {
        const { buyer, order } = toCancel.pop() as (typeof toCancel)[number];
        await Promise.all([
          buyer.orders.cancelOrder({ orderId: order.id }),
          watchUntil(buyer, order.id, OrderStatus.CANCELLED, 30_000),
        ]);
      },
    ),
  ];
}
