import { Server, ServerCredentials } from "@grpc/grpc-js";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { createServiceAuthenticator } from "@ticketing/runtime/identity/service-tokens";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { startInternalServer } from "@ticketing/runtime/serving/internal-server";
import { createServingStatus } from "@ticketing/runtime/serving/serving-status";
import { silent } from "@ticketing/runtime/testing/service";
import { defaultFees } from "@ticketing/runtime/values/fees-config";
import type { EventDirectory } from "@ticketing/tickets/event-directory";
import type { Ticket } from "@ticketing/tickets/ticket";
import type { TicketStore } from "@ticketing/tickets/ticket-aggregate";
import { createTicketService } from "@ticketing/tickets/ticket-service";
import { MongoClient } from "mongodb";

/**
 * The handler of GetTicket behind the internal port's server, over the mesh's own database; and beside it a server of
 * grpc-js alone that answers nothing with nothing. Tells its parent their ports.
 */
const [, , keysFile = "", mongo = ""] = process.argv;
const client = await MongoClient.connect(mongo);
const collection = client.db("tickets").collection<Ticket>("tickets");
const get = async (id: string) => {
  const ticket = await collection.findOne({ _id: id });
  if (!ticket) throw new Error("there is no such ticket");
  return ticket;
};
const internal = await startInternalServer({
  host: "127.0.0.1",
  port: 0,
  log: silent,
  authenticate: await createServiceAuthenticator({ name: "tickets", keysFile, log: silent }),
  // GetTicket needs no more of a store.
  routes: (router) =>
    router.service(
      TicketService,
      createTicketService({
        tickets: { get } as TicketStore,
        directory: {} as EventDirectory,
        settling: { settle: async (ticket) => ticket },
        room: { requireListingRoom: () => undefined },
        buyers: { find: async () => null },
        listingLimit: { take: () => undefined },
        fees: defaultFees,
        clock,
        log: silent,
      }),
    ),
  health: createServingStatus(),
});

const bytes = (value: Buffer) => value;
const bare = new Server();
bare.addService(
  {
    nothing: {
      ...{ path: "/bench.Bench/Nothing", requestStream: false, responseStream: false },
      ...{ requestSerialize: bytes, requestDeserialize: bytes },
      ...{ responseSerialize: bytes, responseDeserialize: bytes },
    },
  },
  {
    nothing: (_call: unknown, answer: (error: null, value: Buffer) => void) => answer(null, Buffer.alloc(0)),
  },
);
const port = await new Promise<number>((resolve, reject) =>
  bare.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
    error ? reject(error) : resolve(bound),
  ),
);
process.send?.({ internal: internal.port, bare: port });
process.on("disconnect", () => process.exit(0));
