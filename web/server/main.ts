import { createLogger } from "@ticketing/runtime/process/log";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { DRAIN_MS } from "@ticketing/runtime/serving/drain-time";
import { config as readConfig } from "./config.ts";
import { drain } from "./drain.ts";
import { securityHeaders } from "./security-headers.ts";
import { createWebServer } from "./web-server.ts";

const config = readConfig();
const log = createLogger("web", config.LOG_LEVEL);

const server = createWebServer({
  root: config.WEB_ROOT,
  pageHeaders: securityHeaders(config.PUBLIC_URL, {
    stripeUrl: config.STRIPE_URL,
    filesUrl: config.FILES_URL,
  }),
  security: await openTransportSecurity(config.TLS_DIR, log),
});
server.listen(config.PORT, config.HOST, () => log.info({ port: config.PORT }, "serving"));

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    void drain(server, DRAIN_MS).then(() => process.exit(0));
  });
}
