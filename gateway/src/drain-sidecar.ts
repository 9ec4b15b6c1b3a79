import { drainConfig } from "./config.ts";
import { besideOthers, drainGateway } from "./drain.ts";

/**
 * A process beside Envoy in a pod of the gateway: at SIGTERM it drains Envoy and ends. Kubernetes ends Envoy, which is
 * a sidecar container, after it.
 */
const { ADMIN_PORT } = drainConfig();
console.log("waiting to drain Envoy");
const ended = Promise.withResolvers<void>();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => ended.resolve());
// Nothing else keeps this process.
const stay = setInterval(() => undefined, 60_000);
await ended.promise;
clearInterval(stay);
const begun = Date.now();
const held = await drainGateway({ adminUrl: `http://127.0.0.1:${ADMIN_PORT}`, ...besideOthers });
const left = held
  ? `${held.connections} connections and ${held.requests} requests left`
  : "Envoy never answered";
console.log(`drained for ${((Date.now() - begun) / 1000).toFixed(1)} s, ${left}`);
