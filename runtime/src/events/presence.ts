import type { NatsConnection } from "@nats-io/transport-node";
import type { Logger } from "../process/log.ts";
import type { BrokerAccess } from "./broker-access.ts";

const RESUBSCRIBE_MS = 500;

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
  const { connection, access, log } = broker;

  /** A subscription that the broker refused has ended: it is made again until the broker accepts it. */
  function subscribe(subject: string, handle: (payload: Uint8Array) => void): void {
    if (connection.isClosed()) return;
    const need = access.need(`the subscription to ${subject}`);
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) {
          need.failed(error);
          setTimeout(() => subscribe(subject, handle), RESUBSCRIBE_MS).unref();
          return;
        }
        need.granted();
        try {
          handle(message.data);
        } catch (failure) {
          log.warn({ err: failure, subject }, "a report could not be read");
        }
      },
    });
  }

  return { publish: (subject, payload) => connection.publish(subject, payload), subscribe };
}
