import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { createServiceAuthenticator } from "@ticketing/runtime/identity/service-tokens";
import { startInternalServer } from "@ticketing/runtime/serving/internal-server";
import { startPublicServer } from "@ticketing/runtime/serving/public-server";
import { createServingStatus } from "@ticketing/runtime/serving/serving-status";
import { silent, testConfig } from "@ticketing/runtime/testing/service";

/** One handler that does nothing, behind the internal and the public server; tells its parent their ports. */
const handlers = { unlockTicket: () => ({}) };
const [, , keysFile = ""] = process.argv;
const config = testConfig();
const internal = await startInternalServer({
  host: config.HOST,
  port: 0,
  log: silent,
  authenticate: await createServiceAuthenticator({ name: "tickets", keysFile, log: silent }),
  routes: (router) => router.service(TicketLockService, { ...unimplemented(), ...handlers }),
  health: createServingStatus(),
});
const open = await startPublicServer({
  config,
  log: silent,
  routes: (router) => router.service(TicketLockService, handlers),
  http: {},
});
process.send?.({ internal: internal.port, public: open.port });
process.on("disconnect", () => process.exit(0));

/** The internal router wants every method. */
function unimplemented() {
  const refuse = () => {
    throw new Error("not part of this measurement");
  };
  return { lockTicket: refuse, sellTicket: refuse, relistTicket: refuse, listTickets: refuse };
}
