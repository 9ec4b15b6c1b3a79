/**
 * Writes `workflows/histories/*.json`: what a real Temporal server recorded of a real mesh, one for each way in
 * which an order goes. Replays of them show that a change of workflow code can go on with workflows in flight.
 * Run it only when the code is meant to begin anew: `npm run record-histories`.
 */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client, Connection } from "@temporalio/client";
import { listTicket, lockTicket, pay, watchUntil } from "@ticketing/launcher/demo-cast";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { findServer } from "@ticketing/servers/find";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import { startTestMesh } from "./test-mesh.ts";

const folder = join(import.meta.dirname, "../workflows/histories");
const run = promisify(execFile);
const temporal = await findServer("temporal");
const mesh = await startTestMesh({ LOCK_DURATION: "4s", LAPSE_LIMIT: "100" });
const connection = await Connection.connect({ address: mesh.addresses.temporal });
const client = new Client({ connection });
const [seller, buyer] = await Promise.all([mesh.person("seller"), mesh.person("buyer")]);
const cast = { alice: seller, bob: buyer, carol: buyer, stripe: mesh.addresses.stripe };
await mkdir(folder, { recursive: true });

/** Workers name themselves and their sticky queues `<pid>@<host>`; a committed history names no machine. */
const anonymous = (json: string): string => json.replace(/\d+@[\w.-]+/g, "worker");

/** Saves a history without the name of the machine that made it. */
async function save(name: string, workflowId: string): Promise<void> {
  await client.workflow.getHandle(workflowId).result();
  const args = ["workflow", "show", "--workflow-id", workflowId, "--output", "json"];
  const { stdout } = await run(temporal, [...args, "--address", mesh.addresses.temporal]);
  await writeFile(join(folder, `${name}.json`), anonymous(stdout));
  console.log(`recorded ${name}`);
}

const open = async () => lockTicket(buyer, await listTicket(seller, `History ${randomUUID()}`, 1_000n));

try {
  const paid = await open();
  await pay(cast, buyer, paid, OrderStatus.COMPLETE);
  await save("complete", `order-${paid.id}`);
  await buyer.orders.requestRefund({ orderId: paid.id });
  await watchUntil(buyer, paid.id, OrderStatus.REFUNDED, 30_000);
  await save("refund", `refund-${paid.id}`);

  const expired = await open();
  await watchUntil(buyer, expired.id, OrderStatus.EXPIRED, 30_000);
  await save("expire", `order-${expired.id}`);

  const cancelled = await open();
  await buyer.orders.cancelOrder({ orderId: cancelled.id });
  await watchUntil(buyer, cancelled.id, OrderStatus.CANCELLED, 30_000);
  await save("cancel", `order-${cancelled.id}`);

  const declined = await open();
  const payment = await buyer.payments.startPayment({ orderId: declined.id });
  for (let n = 0; n < 3; n++) await confirmPayment(mesh.addresses.stripe, payment, "pm_card_chargeDeclined");
  await watchUntil(buyer, declined.id, OrderStatus.CANCELLED, 30_000);
  await save("declined", `order-${declined.id}`);

  const refused = await open();
  await mesh.process("workflows").kill();
  const held = await buyer.payments.startPayment({ orderId: refused.id });
  await confirmPayment(mesh.addresses.stripe, held, "pm_card_visa");
  await fetch(`${mesh.addresses.stripe}/control/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind: "refuse", operation: "payment_intents.capture", count: 10 }),
  });
  await mesh.process("workflows").start();
  await watchUntil(buyer, refused.id, OrderStatus.CANCELLED, 60_000);
  await save("capture-refused", `order-${refused.id}`);
} finally {
  await connection.close();
  await mesh.close();
}
process.exit(0);
