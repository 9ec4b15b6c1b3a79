import { randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { jetstream } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { demoSignIns } from "@ticketing/launcher/seed";
import { serviceNames } from "@ticketing/launcher/service-names";
import {
  DriftKind,
  ReconciliationEventSchema,
  RecordSource,
} from "@ticketing/proto/workflows/v1/reconciliation_events";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import type { Page } from "playwright-core";
import { expectAccessible, inspect, type OpenOptions, useBrowser } from "./browser.ts";
import { newPerson, sharedMesh } from "./shared-mesh.ts";
import { buy, list, lock, pay } from "./trade.ts";

const browser = useBrowser();
const mesh = sharedMesh();
let broker: NatsConnection;

beforeAll(async () => {
  broker = await connect(brokerLogin(mesh.addresses.nats));
});
afterAll(() => broker?.close());

async function openOperations(options: OpenOptions = {}): Promise<Page> {
  const operator = demoSignIns.find(({ email }) => email.startsWith("operator"));
  if (!operator) throw new Error("the demo data has no operator");
  const page = await browser.open(mesh, "/account", { ...options, as: { signIn: operator } });
  await page.getByRole("link", { name: "Ops" }).click();
  await page.getByRole("heading", { level: 1, name: "Operations" }).waitFor();
  return page;
}

const rows = (page: Page, region: string) =>
  page.getByRole("region", { name: region, exact: true }).getByRole("listitem");

test("an operator sees every service and what its processes need, and follows an order to its workflow", async () => {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "Olga"), newPerson(mesh, "Bo")]);
  const complete = await buy(mesh, buyer, await list(seller, "Evening of Strings"));
  const held = await lock(buyer, await list(seller, "Evening of Strings"));
  const page = await openOperations();
  for (const service of serviceNames) {
    const row = rows(page, "Health").filter({ has: page.getByRole("heading", { name: service }) });
    await row.getByText("Serving", { exact: true }).waitFor();
    await row.getByText("broker ok").waitFor();
  }
  const orders = rows(page, "Streams").filter({ has: page.getByRole("heading", { name: "ORDERS" }) });
  await orders.getByText("Room left").waitFor();
  await orders.getByText(/^Oldest event: /).waitFor();
  await page.getByText(/^Read (just now|\d+ seconds? ago)\.$/).waitFor();

  const order = (id: string) => rows(page, "Orders").filter({ hasText: id });
  await order(complete.id).getByText("Complete").waitFor();
  await order(held.id).getByText("Awaiting payment").waitFor();
  const link = order(complete.id).getByRole("link", { name: "Workflow" });
  const href = await link.getAttribute("href");
  expect(href).toBe(`${mesh.addresses.temporalUi}/namespaces/default/workflows/order-${complete.id}`);
  expect((await fetch(href ?? "")).status).toBe(200);
  expect([await link.getAttribute("target"), await link.getAttribute("rel")]).toEqual([
    "_blank",
    "noopener noreferrer",
  ]);
  await inspect(page, "operations", ["phone", "desktop"]);
  await page.getByLabel("Status").selectOption({ label: "Awaiting payment" });
  await order(complete.id).waitFor({ state: "detached" });
  await order(held.id).waitFor();
});

test("an event that breaks its contract is shown, with the reason, and can be delivered again", async () => {
  const subject = `evt.tickets.v1.ticket_listed.${randomUUID()}`;
  const page = await openOperations({ size: "phone", scheme: "dark" });
  await jetstream(broker).publish(subject, new Uint8Array([0xff, 0xff, 0xff]));
  const letter = rows(page, "Dead letters").filter({ hasText: subject });
  // By itself: the page is read again while it is looked at.
  await letter.first().waitFor();
  const replay = letter.first().getByRole("button", { name: /^Replay no\. \d+$/ });
  const name = (await replay.textContent()) ?? "";
  await inspect(page, "operations-dead-letter", ["phone"]);
  await replay.click();
  const dialog = page.getByRole("dialog", { name: "Deliver this event again?" });
  await dialog.waitFor();
  await inspect(page, "operations-replay", ["phone"]);
  await dialog.getByRole("button", { name: "Deliver again" }).click();
  await page
    .getByText(`${name.replace("Replay no.", "No.")} was delivered again.`)
    .first()
    .waitFor();
  await page.getByRole("button", { name, exact: true }).waitFor({ state: "detached" });
  // It is still not understood, and so it is set aside again.
  await letter.first().waitFor();
});

test("what reconciliation found is shown in words, repaired or not", async () => {
  const orderId = randomUUID();
  const report = create(ReconciliationEventSchema, {
    id: "reconciliation",
    // The newest report is shown, and a run's version is when it began: one that begins meanwhile does not replace this.
    version: BigInt(Date.now() + 86_400_000),
    time: timestampNow(),
    transition: { case: "reconciliationCompleted", value: {} },
    state: {
      startTime: timestampNow(),
      endTime: timestampNow(),
      compared: 1_234n,
      open: 1n,
      mended: 1n,
      unchecked: 203n,
      skipped: 1n,
      skippedRecords: [{ recordSource: RecordSource.ORDERS, id: "o-1", reason: "it broke" }],
      drift: [
        { kind: DriftKind.ORDER_UNPAID, orderId, detail: "order COMPLETE, payment VOIDED" },
        {
          kind: DriftKind.LOCK_OF_ENDED_ORDER,
          ticketId: randomUUID(),
          detail: "order EXPIRED",
          mended: true,
        },
      ],
    },
  });
  const page = await openOperations();
  await jetstream(broker).publish(
    "evt.workflows.v1.reconciliation_completed.reconciliation",
    toBinary(ReconciliationEventSchema, report),
  );
  await page.getByText("1 difference is open, 1 repaired.").waitFor();
  await page.getByText(/Last run at .*: 1,234 records compared\./).waitFor();
  await page.getByText("203 more differences were found, too many to be checked again.").waitFor();
  await page.getByText("Orders o-1: it broke").waitFor();
  const [open, repaired] = await rows(page, "Reconciliation").allTextContents();
  expect(open).toContain(`Complete order without its moneyorder COMPLETE, payment VOIDEDOrder ${orderId}`);
  expect(open).toMatch(/Open$/);
  expect(repaired).toMatch(/^Ticket locked for an order that has ended.*Repaired$/);
  await inspect(page, "operations-drift", ["narrow"]);
});

test("a process that was killed is seen, and the lag that it leaves; an order waits for it on its buyer's screen", async () => {
  const [seller, buyer] = await Promise.all([newPerson(mesh, "Olga"), newPerson(mesh, "Bo")]);
  const page = await openOperations();
  const order = await lock(buyer, await list(seller, "Evening of Strings"));
  const theirs = await browser.open(mesh, `/orders/${order.id}`, { size: "phone", as: buyer });
  await theirs.getByRole("link", { name: "Pay now" }).waitFor();
  await mesh.kill("workflows");
  try {
    await pay(mesh, buyer, order);
    const worker = rows(page, "Health").filter({ has: page.getByRole("heading", { name: "workflows" }) });
    await worker.getByText("Not serving").waitFor();
    await worker.getByText(/No report since \d\d:\d\d:\d\d\./).waitFor();
    await rows(page, "Lag of consumers")
      .filter({ hasText: /workflows/ })
      .getByText(/\d events? behind/)
      .first()
      .waitFor();
    await inspect(page, "operations-down", ["desktop"]);
    expect(await theirs.getByRole("link", { name: "Pay now" }).count()).toBe(1);
  } finally {
    await mesh.start("workflows");
  }
  await theirs.getByText("You paid, and the ticket is yours.").waitFor();
});

test("a page that cannot be read again says so, and how old it is", async () => {
  const page = await openOperations();
  await rows(page, "Health").first().waitFor();
  await page.route("**/ticketing.operations.v1.OperationsService/*", (route) =>
    route.fulfill({
      status: 200,
      headers: { "content-type": "application/grpc-web+proto", "grpc-status": "14" },
    }),
  );
  await page
    .getByText(/Read [1-9]\d* seconds? ago\. The page cannot read it again right now\./)
    .first()
    .waitFor();
  expect(await rows(page, "Health").count()).toBeGreaterThan(5);
  await expectAccessible(page);
});

test("others do not see the link, and are told kindly when they come by its address", async () => {
  const page = await browser.open(mesh, "/operations", { size: "phone", as: await newPerson(mesh, "Otto") });
  await page.getByRole("heading", { level: 1, name: "This page is for operators" }).waitFor();
  expect(await page.getByRole("link", { name: "Ops" }).count()).toBe(0);
  await inspect(page, "operations-refused", ["phone"]);
});
