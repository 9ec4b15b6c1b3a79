import type { NatsConnection } from "@nats-io/transport-node";
import type { Logger } from "../process/log.ts";
import type { BrokerAccess } from "./broker-access.ts";
import { listen } from "./listen.ts";

/** Reports of processes about themselves. They are stored nowhere, and lost while the broker is away. */
export interface Presence {
  /** Reaches the subscribers of this moment. */
  publish(subject: string, payload: Uint8Array): void;
  /** Every replica that subscribes gets every report. */
  subscribe(subject: string, handle: (payload: Uint8Array) => void): void;
}

export function createPresence(broker: {
  connection: NatsConnection;
  access: BrokerAccess;
  log: Logger;
}): Presence {
  return {
    publish: (subject, payload) => broker.connection.publish(subject, payload),
    subscribe: (subject, handle) =>
      listen(broker, { subject }, ({ data }) => {
        try {
          handle(data);
        } catch (error) {
          broker.log.warn({ err: error, subject }, "a report could not be read");
        }
      }),
  };
}
