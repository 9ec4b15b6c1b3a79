import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@connectrpc/connect";
import type { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { type Ticket, TicketStatus, TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import type { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import fc from "fast-check";
import type { Call } from "./checker.ts";
import type { Answer, Operation } from "./model.ts";

/** How a client reaches one replica of tickets: as orders, as workflows, as the seller. */
export interface Replica {
  orders: Pick<Client<typeof TicketLockService>, "lockTicket">;
  workflows: Pick<Client<typeof TicketLockService>, "unlockTicket" | "sellTicket" | "relistTicket">;
  seller: Pick<Client<typeof TicketService>, "getTicket" | "updateTicket">;
}

const PRICES = [4_500, 5_000];
/** Few tickets, orders and prices, so that clients get in each other's way, and orders are sent for both tickets. */
export const TICKETS = 2;
const ticket = fc.integer({ min: 0, max: TICKETS - 1 });
const order = fc.integer({ min: 0, max: 4 });

/** One step of a client's program; an edit is made with the version that the client saw last of the ticket. */
export type Step = { ticket: number } & Action;

type Action =
  | { kind: "lock"; order: number; price: number }
  | { kind: "unlock" | "sell" | "relist"; order: number }
  | { kind: "edit"; price: number }
  | { kind: "read" };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("lock" as const), order, price: fc.constantFrom(...PRICES) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("unlock" as const, "sell" as const, "relist" as const),
      order,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("edit" as const), price: fc.constantFrom(...PRICES) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "read" as const }) },
);

const step: fc.Arbitrary<Step> = fc
  .tuple(action, ticket)
  .map(([what, number]) => ({ ...what, ticket: number }));

/** Programs of clients that run at the same time. */
export const programs = fc.array(fc.array(step, { minLength: 3, maxLength: 6 }), {
  minLength: 3,
  maxLength: 5,
});

const statuses: Partial<Record<TicketStatus, "AVAILABLE" | "LOCKED" | "SOLD">> = {
  [TicketStatus.AVAILABLE]: "AVAILABLE",
  [TicketStatus.LOCKED]: "LOCKED",
  [TicketStatus.SOLD]: "SOLD",
};

function seen(ticket: Ticket | undefined): Answer {
  const status = ticket && statuses[ticket.status];
  if (!ticket?.price || !status) throw new Error("tickets answered with an incomplete ticket");
  return { reason: "ok", version: Number(ticket.version), price: Number(ticket.price.minorUnits), status };
}

/** Runs the programs against the tickets, each step on one of the replicas, and records what every client saw. */
export async function record(
  replicas: readonly Replica[],
  ticketIds: readonly string[],
  plan: readonly (readonly Step[])[],
): Promise<Call[]> {
  const orders: string[] = Array.from({ length: 5 }, () => randomUUID());
  const buyers = orders.map(() => randomUUID());
  const calls: Call[] = [];

  async function run(program: readonly Step[], client: number): Promise<void> {
    const versions = ticketIds.map(() => 1);
    for (const [index, { kind, ticket, ...rest }] of program.entries()) {
      const replica = replicas[(client + index) % replicas.length];
      if (!replica) throw new Error("there is no replica");
      const orderId = "order" in rest ? (orders[rest.order] ?? "") : "";
      const price = "price" in rest ? rest.price : 0;
      const operation = { ticket, kind, orderId, price, version: versions[ticket] } as Operation;
      const began = performance.now();
      const answer = await ask(
        replica,
        ticketIds[ticket] ?? "",
        operation,
        buyers[orders.indexOf(orderId)] ?? "",
      );
      if (answer && "version" in answer) versions[ticket] = answer.version;
      calls.push({ operation, began, ended: answer ? performance.now() : Number.POSITIVE_INFINITY, answer });
      await sleep(Math.random() * 4);
    }
  }
  await Promise.all(plan.map(run));
  return calls;
}

/** Undefined when it is unknown whether the call took effect. */
async function ask(
  { orders, workflows, seller }: Replica,
  ticketId: string,
  operation: Operation,
  buyerId: string,
): Promise<Answer | undefined> {
  const money = (minorUnits: number) => ({ minorUnits: BigInt(minorUnits), currency: "USD" });
  const orderId = "orderId" in operation ? operation.orderId : "";
  try {
    switch (operation.kind) {
      case "lock":
        return seen(
          (await orders.lockTicket({ ticketId, orderId, buyerId, expectedPrice: money(operation.price) }))
            .ticket,
        );
      case "unlock":
        return seen(
          (await workflows.unlockTicket({ ticketId, orderId, reason: TicketUnlockReason.CANCELLED })).ticket,
        );
      case "sell":
        return seen((await workflows.sellTicket({ ticketId, orderId })).ticket);
      case "relist":
        return seen((await workflows.relistTicket({ ticketId, orderId })).ticket);
      case "edit":
        return seen(
          (
            await seller.updateTicket({
              ticketId,
              version: BigInt(operation.version),
              price: money(operation.price),
            })
          ).ticket,
        );
      case "read":
        return seen((await seller.getTicket({ ticketId })).ticket);
    }
  } catch (error) {
    const reason = reasonOf(error);
    return reason === undefined || reason === "DATABASE_UNAVAILABLE" ? undefined : { reason };
  }
}
