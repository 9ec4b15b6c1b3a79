import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import { createServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import { newId } from "@ticketing/runtime/process/ids";
import { createInternalClient } from "@ticketing/runtime/serving/internal-client";
import { silent } from "@ticketing/runtime/testing/service";
import type { TestMesh } from "../../test-mesh.ts";
import { closedLoop } from "../closed-loop.ts";
import { type Comparison, compare, comparisonLines, LOOP } from "../comparison.ts";
import { cpuTimeOf, tellsCpuTime } from "../cpu-time.ts";
import type { Row } from "../row.ts";

/** The same handler behind grpc-js and behind connect-node. */
export const stacks: Row = {
  name: "stacks",
  async measure({ mesh }) {
    return { figures: {}, text: comparisonLines([await compareServers(mesh)]) };
  },
};

/** The same handler behind both of the runtime's servers, in a process of its own. */
async function compareServers(mesh: TestMesh): Promise<Comparison> {
  const keys = join(mesh.dataDir, "keys");
  const child = fork(join(import.meta.dirname, "../handler-server.ts"), [join(keys, "services.jwks.json")], {
    execArgv: ["--conditions=@ticketing/source"],
  });
  try {
    const [ports] = (await once(child, "message")) as [{ internal: number; public: number }];
    const tokens = await createServiceTokens({
      name: "orders",
      keyFile: join(keys, "orders.jwk.json"),
      log: silent,
    });
    const internal = createInternalClient(TicketLockService, {
      addresses: [`127.0.0.1:${ports.internal}`],
      callee: "tickets",
      tokens,
    });
    const baseUrl = `http://127.0.0.1:${ports.public}`;
    const connect = createClient(TicketLockService, createGrpcTransport({ baseUrl }));
    const request = { ticketId: newId(), orderId: newId(), reason: TicketUnlockReason.CANCELLED };
    const variants = {
      "grpc-js (internal port)": () => internal.unlockTicket(request),
      "connect-node (public port)": () => connect.unlockTicket(request),
    };
    for (const variant of Object.values(variants))
      await closedLoop(async () => void (await variant()), { ...LOOP, ms: 500 });
    const cpuMs: number[] = [];
    for (const variant of tellsCpuTime ? Object.values(variants) : [])
      cpuMs.push(await cpuOf(child, variant));
    const compared = await compare(
      "the server stack (the same handler, called by its usual client)",
      variants,
    );
    internal.close();
    return {
      ...compared,
      variants: compared.variants.map((variant, index) => ({ ...variant, cpuMs: cpuMs[index] })),
    };
  } finally {
    child.kill();
    await once(child, "exit");
  }
}

/** The server's CPU milliseconds a call. */
async function cpuOf({ pid = 0 }: ChildProcess, variant: () => Promise<unknown>): Promise<number> {
  const before = cpuTimeOf(pid);
  const { calls } = await closedLoop(
    async () => {
      await variant();
    },
    { ...LOOP, ms: 1_500 },
  );
  return (cpuTimeOf(pid) - before) / calls;
}
