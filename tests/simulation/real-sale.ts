import { setTimeout as sleep } from "node:timers/promises";
import type { MessageShape } from "@bufbuild/protobuf";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { PaymentService } from "@ticketing/proto/payments/v1/payment_service";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { Person } from "../support/clients.ts";
import { lockTicket, refusal, watchUntil } from "../support/people.ts";
import type { TestMesh } from "../support/test-mesh.ts";
import { type Action, type Answer, buyer, type Sale } from "./buyer.ts";
import { emptyLog, type SaleLog } from "./outcome.ts";

type Started = MessageShape<(typeof PaymentService)["method"]["startPayment"]["output"]>;

/** Lets the people do on a real mesh what the script says; the tickets are for one event that search can tell. */
export async function holdSale(
  mesh: TestMesh,
  sale: Sale,
  people: readonly Person[],
  tickets: readonly Ticket[],
  query: string,
): Promise<SaleLog> {
  const log = emptyLog();
  const begun = performance.now();
  const numbers = new Map(tickets.map(({ id }, number) => [id, number]));

  async function follow(person: Person, number: number): Promise<void> {
    const script = buyer(sale, number);
    let order: Order | undefined;
    let started: Started | undefined;
    let lockedAt = 0;
    let thought = 0;

    async function act(action: Action): Promise<Answer> {
      const sent = performance.now();
      const took = () => performance.now() - sent;
      const orderId = order?.id ?? "";
      switch (action.do) {
        case "think":
          await sleep(action.ms);
          if (order) thought += took();
          return {};
        case "search": {
          const filter = { query, onlyAvailable: true };
          const { tickets: rows } = await person.catalog.searchTickets({ filter, pageSize: 100 });
          log.searches.push(took());
          const found = rows.flatMap(({ ticket }) => numbers.get(ticket?.id ?? "") ?? []);
          return { found: found.sort((a, b) => a - b) };
        }
        case "lock": {
          const locking = lockTicket(person, tickets[action.ticket] as Ticket);
          try {
            order = await locking;
          } catch {
            const { reason } = await refusal(locking);
            if (reason !== "TICKET_LOCKED" && reason !== "TICKET_SOLD")
              throw new Error(`refused with ${reason}`);
            log.refused.push(took());
            return { granted: false };
          }
          log.locks.push(took());
          lockedAt = performance.now();
          return { granted: true };
        }
        case "start payment":
          started = await person.payments.startPayment({ orderId });
          return {};
        case "pay": {
          const confirmed = confirmPayment(mesh.addresses.stripe, started as Started, "pm_card_visa");
          try {
            const complete = watchUntil(person, orderId, OrderStatus.COMPLETE, 30_000);
            const [{ ok }] = await Promise.all([confirmed, complete]);
            if (!ok) throw new Error("the card was declined");
          } catch (error) {
            const { order: late } = await person.orders.getOrder({ orderId });
            if (late?.status !== OrderStatus.EXPIRED) throw error;
            return { granted: false };
          }
          log.payments.push(took());
          log.purchases.push(performance.now() - lockedAt - thought);
          log.soldAt.push(performance.now() - begun);
          return { granted: true };
        }
        case "cancel": {
          const cancelled = watchUntil(person, orderId, OrderStatus.CANCELLED, 30_000);
          await Promise.all([person.orders.cancelOrder({ orderId }), cancelled]);
          return {};
        }
      }
    }

    let next = script.next({});
    while (!next.done) next = script.next(await act(next.value));
    log.fates.push(next.value);
  }

  await Promise.all(people.slice(0, sale.buyers).map(follow));
  return log;
}
