import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Person } from "../support/clients.ts";
import { retry, stories } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { waitUntilConsistent } from "./audit.ts";
import { waitUntilDelivered } from "./delivery-audit.ts";
import { type FaultMesh, startFaultMesh } from "./fault-mesh.ts";
import { both, type Place } from "./places.ts";

const places: Record<keyof typeof stories, { quick: Place[]; slow: Place[] }> = {
  arrival: {
    quick: [["auth", "write users.insertOne:after"]],
    slow: [
      ...both("auth", "write users.insertOne"),
      ...both("auth", "publish user_signed_up"),
      ...both("auth", "write users.bulkWrite"),
      ...both("auth", "write sessions.insertOne"),
    ],
  },
  purchase: {
    quick: [
      ["tickets", "write tickets.replaceOne:after"],
      // Between the acknowledgement of an event and its mark.
      ["tickets", "write tickets.bulkWrite:before"],
      ["orders", "write orders.insertOne:before"],
      ["payments", "stripe POST /v1/payment_intents:after"],
      ["workflows", "call SellTicket:after"],
      ["workflows", "call CapturePayment:after"],
      ["payments", "stripe POST /v1/payment_intents/ID/capture:after"],
      ["orders", "publish order_completed:after"],
    ],
    slow: [
      ...["ReadOrder", "SellTicket", "CapturePayment", "CompleteOrder"].flatMap((rpc) =>
        both("workflows", `call ${rpc}`),
      ),
      ...both("tickets", "write tickets.insertOne"),
      ...both("tickets", "write buyer_locks.insertOne"),
      ...both("tickets", "write tickets.replaceOne"),
      ...both("tickets", "write tickets.replaceOne", 2),
      ...both("tickets", "write tickets.bulkWrite"),
      ...["ticket_listed", "ticket_locked", "ticket_sold"].flatMap((event) =>
        both("tickets", `publish ${event}`),
      ),
      ...both("orders", "call LockTicket"),
      ...both("orders", "write orders.insertOne"),
      ...both("orders", "write orders.replaceOne"),
      ...both("orders", "publish order_created"),
      ...both("orders", "publish order_completed"),
      ...both("payments", "call ReadOrder"),
      ...both("payments", "write payments.insertOne"),
      ...both("payments", "stripe POST /v1/payment_intents"),
      ...both("payments", "write payments.replaceOne"),
      ...both("payments", "write payments.replaceOne", 2),
      ...both("payments", "publish payment_authorized"),
      ...both("payments", "stripe POST /v1/payment_intents/ID/capture"),
      ...both("payments", "publish payment_started"),
      ...both("payments", "publish payment_captured"),
      ...both("payments", "write payments.bulkWrite"),
      ...both("orders", "write orders.bulkWrite"),
      ...both("operations", "write orders.bulkWrite"),
    ],
  },
  cancellation: {
    quick: [["workflows", "call UnlockTicket:after"]],
    slow: [
      ...["VoidPayment", "UnlockTicket", "CancelOrder"].flatMap((rpc) => both("workflows", `call ${rpc}`)),
      ...both("orders", "write orders.replaceOne"),
      ...both("orders", "publish order_cancel_requested"),
      ...both("orders", "write orders.replaceOne", 2),
      ...both("tickets", "write buyer_locks.replaceOne"),
      ...both("tickets", "write tickets.replaceOne", 2),
      ...both("payments", "write payments.replaceOne"),
      ...both("payments", "write payments.replaceOne", 2),
      ...both("payments", "stripe POST /v1/payment_intents/ID/cancel"),
      ...both("payments", "publish payment_voided"),
      ...both("tickets", "publish ticket_unlocked"),
      ...both("orders", "publish order_cancelled"),
    ],
  },
  expiry: {
    quick: [["payments", "stripe POST /v1/payment_intents/ID/cancel:after"]],
    slow: [
      ...["VoidPayment", "UnlockTicket", "ExpireOrder"].flatMap((rpc) => both("workflows", `call ${rpc}`)),
      ...both("payments", "stripe POST /v1/payment_intents/ID/cancel"),
      ["workflows", "call ReadPayment:before", 2],
      // The first read, as the order comes, finds no payment yet: it is refused, and not counted as answered.
      ["workflows", "call ReadPayment:after"],
      ...both("tickets", "write tickets.replaceOne", 2),
      ...both("tickets", "write buyer_locks.replaceOne"),
      ...both("orders", "write orders.replaceOne"),
      ...both("payments", "publish payment_voided"),
      ...both("tickets", "publish ticket_unlocked"),
      ...both("orders", "publish order_expired"),
      ...both("operations", "write orders.bulkWrite"),
    ],
  },
  delivery: {
    quick: [
      ["deliveries", "write deliveries.insertOne:after"],
      ["deliveries", "call OpenTicket:after"],
    ],
    slow: [
      ...both("deliveries", "call OpenTicket"),
      ...both("deliveries", "write deliveries.insertOne"),
      ...both("deliveries", "write deliveries.bulkWrite"),
      // Delivered, opened, and what the order has become since.
      ...[1, 2, 3].flatMap((nth) => both("deliveries", "write deliveries.replaceOne", nth)),
      ...["delivery_awaited", "delivery_made", "delivery_confirmed"].flatMap((event) =>
        both("deliveries", `publish ${event}`),
      ),
      ...both("orders", "write orders.replaceOne", 2),
      ...both("orders", "publish order_ticket_opened"),
    ],
  },
  refund: {
    quick: [["payments", "stripe POST /v1/refunds:after"]],
    slow: [
      ...["RefundPayment", "RelistTicket", "MarkRefunded"].flatMap((rpc) => both("workflows", `call ${rpc}`)),
      ...both("orders", "publish order_refund_requested"),
      ...both("payments", "stripe POST /v1/refunds"),
      ...both("payments", "write payments.replaceOne", 3),
      ...both("tickets", "write tickets.replaceOne", 3),
      ...both("orders", "write orders.replaceOne", 2),
      ...both("orders", "write orders.replaceOne", 3),
      ...both("payments", "publish payment_refunded"),
      ...both("tickets", "publish ticket_relisted"),
      ...both("orders", "publish order_refunded"),
    ],
  },
  returned: {
    quick: [["deliveries", "publish delivery_cancelled:before"]],
    slow: [
      // Delivered, and then ended.
      ...[1, 2].flatMap((nth) => both("deliveries", "write deliveries.replaceOne", nth)),
      ...both("deliveries", "publish delivery_cancelled"),
    ],
  },
};

describe.each([
  // A lock that outlives a restart for what must complete, a short one for what must not.
  { lock: "120s", told: ["arrival", "purchase", "delivery", "cancellation", "refund", "returned"] as const },
  { lock: "5s", told: ["expiry"] as const },
])("a process killed at a step, with locks of $lock:", ({ lock, told }) => {
  let mesh: FaultMesh;
  let seller: Person;
  beforeAll(async () => {
    mesh = await startFaultMesh({ LOCK_DURATION: lock, LAPSE_LIMIT: "1000", ACCESS_TOKEN_LIFETIME: "6h" });
    seller = await mesh.person("seller");
  }, 120_000);
  afterAll(() => mesh?.close(), 60_000);

  for (const story of told) {
    const { quick, slow } = places[story];
    const chosen = process.env.QUICK ? quick : slow;
    it(`${story} ends as its row of the table says, once`, async () => {
      await reported(`killed at a step of: ${story}`, async () => {
        for (const [victim, place, nth] of chosen) {
          // The gateway may not have seen yet that whoever was killed last is back.
          const buyer = await retry(() => mesh.person("buyer"));
          mesh.arm(victim, place, nth);
          try {
            await stories[story](mesh, seller, buyer);
          } catch (error) {
            throw new Error(`${victim} killed at ${place}`, { cause: error });
          }
          expect(`${place} ${(await mesh.died(victim)) ? "killed it" : "was never reached"}`).toBe(
            `${place} killed it`,
          );
          await mesh.serves(victim);
        }
        const records = await waitUntilConsistent(mesh);
        await waitUntilDelivered(mesh, records.orders);
        return chosen.length;
      });
    }, 1_200_000);
  }
});
