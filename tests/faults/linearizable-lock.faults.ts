import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { createServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import { createInternalClient } from "@ticketing/runtime/serving/internal-client";
import { silent } from "@ticketing/runtime/testing/service";
import fc from "fast-check";
import type { Person } from "../support/clients.ts";
import { listWithRetries } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { isLinearizable } from "./linearizability/checker.ts";
import { initial } from "./linearizability/model.ts";
import { programs, type Replica, record, TICKETS } from "./linearizability/record.ts";

const RUNS = process.env.QUICK ? 15 : 150;
let mesh: TestMesh;
let seller: Person;
let replicas: Replica[];
const closing: (() => void)[] = [];

beforeAll(async () => {
  mesh = await startTestMesh({ LOCK_LIMIT: "1000" }, { replicas: 2 });
  seller = await mesh.person("seller");
  const locks = async (caller: string, address: string) => {
    const keyFile = join(mesh.dataDir, "keys", `${caller}.jwk.json`);
    const tokens = await createServiceTokens({ name: caller, keyFile, log: silent });
    const client = createInternalClient(TicketLockService, {
      addresses: [address],
      callee: "tickets",
      tokens,
    });
    closing.push(client.close);
    return client;
  };
  replicas = await Promise.all(
    ["tickets", "tickets-2"].map(async (name) => {
      const address = mesh.services[name]?.internal ?? "";
      const [orders, workflows] = await Promise.all([locks("orders", address), locks("workflows", address)]);
      return { orders, workflows, seller: seller.tickets };
    }),
  );
}, 120_000);
afterAll(async () => {
  for (const close of closing) close();
  await mesh?.close();
}, 60_000);

describe("tickets on two replicas", () => {
  it("answer many clients, whose order ids are used for more than one, as sequential tickets would", async () => {
    await reported("histories of lock, unlock, sell, relist, edit, read on two replicas", async () => {
      let histories = 0;
      await fc.assert(
        fc.asyncProperty(programs, async (plan) => {
          const tickets = await Promise.all(Array.from({ length: TICKETS }, () => listWithRetries(seller)));
          const calls = await record(
            replicas,
            tickets.map(({ id }) => id),
            plan,
          );
          histories++;
          expect(isLinearizable(initial(4_500, TICKETS), calls)).toBe(true);
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
      return histories;
    });
  }, 300_000);
});
