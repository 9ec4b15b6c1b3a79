import { execFile } from "node:child_process";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Code, ConnectError } from "@connectrpc/connect";
import { createAccessTokens } from "@ticketing/auth/access-token";
import { type KeyName, keyFile, readRing } from "@ticketing/launcher/key-folder";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { serviceNames } from "@ticketing/launcher/service-names";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { createServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import { newId } from "@ticketing/runtime/process/ids";
import { createInternalClient } from "@ticketing/runtime/serving/internal-client";
import { silent } from "@ticketing/runtime/testing/service";
import { createClients, type Person } from "../support/clients.ts";
import { newListing, newOrder } from "../support/stories.ts";
import { eventually, type TestMesh } from "../support/test-mesh.ts";

const run = promisify(execFile);
const PAUSE_MS = 30;

/** What was called while keys rolled, and what failed of it. */
export interface RolledCalls {
  calls: number;
  readonly failures: string[];
}

/** `npm run rotate-keys` on the mesh; what it printed. */
export async function rotateEveryKey(mesh: TestMesh): Promise<string> {
  const script = repositoryPath("local/launcher/src/rotate-keys.ts");
  const args = ["--conditions=@ticketing/source", script, "--data-dir", mesh.dataDir];
  return (await run(process.execPath, args)).stdout;
}

/** Resolves once the name signs with another key than the given one. */
export const signsAnew = (mesh: TestMesh, name: KeyName, kid: string | undefined): Promise<true> =>
  eventually(async () => {
    const [signing] = await readRing(join(mesh.dataDir, "keys"), name);
    return signing.kid !== kid || undefined;
  }, 60_000);

/** Users call services, which call each other for them, and each service calls orders, until `over`. */
export async function callWhileKeysRoll(
  mesh: TestMesh,
  { seller, buyer }: { seller: Person; buyer: Person },
  over: AbortSignal,
): Promise<RolledCalls> {
  const seen: RolledCalls = { calls: 0, failures: [] };
  const loop = async (name: string, work: () => Promise<unknown>) => {
    for (; !over.aborted; seen.calls++) {
      await work().catch((error) => seen.failures.push(`${name}: ${ConnectError.from(error)}`));
      await sleep(PAUSE_MS);
    }
  };
  const trading = async () => {
    const { ticket } = await seller.tickets.createTicket(newListing());
    if (!ticket) throw new Error("no ticket");
    const { order } = await buyer.orders.createOrder(newOrder(ticket));
    const orderId = order?.id ?? "";
    await buyer.payments.startPayment({ orderId });
    await buyer.orders.cancelOrder({ orderId });
  };
  const reading = async () => {
    await buyer.catalog.searchTickets({ filter: { query: "seat" } });
    await buyer.auth.getCurrentUser({});
  };
  const services = await serviceCalls(mesh, join(mesh.dataDir, "keys"));
  await Promise.all([
    loop("trading", trading),
    loop("reading", reading),
    ...[...services].map(([name, call]) => loop(name, call)),
  ]);
  return seen;
}

/** A call of each service to orders with the keys of a folder, which rejects if orders does not know who calls. */
async function serviceCalls(mesh: TestMesh, folder: string): Promise<Map<string, () => Promise<void>>> {
  const addresses = ["orders", "orders-2"].flatMap((name) => mesh.services[name]?.internal ?? []);
  const calls = new Map<string, () => Promise<void>>();
  for (const name of serviceNames) {
    const tokens = await createServiceTokens({ name, keyFile: keyFile(folder, name), log: silent });
    const orders = createInternalClient(OrderLifecycleService, { addresses, callee: "orders", tokens });
    calls.set(name, async () => {
      const error = await orders.readOrder({ orderId: newId() }).catch(ConnectError.from);
      // Nobody's order, or nothing for this service: orders knows who asks.
      const known =
        error instanceof ConnectError && [Code.NotFound, Code.PermissionDenied].includes(error.code);
      if (!known) throw error;
    });
  }
  return calls;
}

/** Calls with keys as they are now, to be made again when they were dropped: each one's name and outcome. */
export async function keepOldKeys(mesh: TestMesh): Promise<() => Promise<(readonly [string, Code])[]>> {
  const old = join(mesh.dataDir, "old-keys");
  await cp(join(mesh.dataDir, "keys"), old, { recursive: true });
  const services = await serviceCalls(mesh, old);
  const tokens = await createAccessTokens({
    keyFile: keyFile(old, "access-token"),
    lifetimeMs: 600_000,
    log: silent,
  });
  return async () => {
    const user = { id: newId(), displayName: "Old", roles: [] };
    const { token } = await tokens.issue(user, new Date());
    const clients = createClients(mesh.addresses.gateway, () => token);
    const people = {
      tickets: () => clients.tickets.listMyTickets({}),
      orders: () => clients.orders.listMyOrders({}),
      auth: () => clients.auth.getCurrentUser({}),
    };
    const outcome = async (name: string, call: () => Promise<unknown>) =>
      [
        name,
        await call().then(
          () => Code.Unknown,
          (error) => ConnectError.from(error).code,
        ),
      ] as const;
    const calls = [
      ...services,
      ...Object.entries(people).map(([name, call]) => [`user at ${name}`, call] as const),
    ];
    return Promise.all(calls.map(([name, call]) => outcome(name, call)));
  };
}
