import type { NatsConnection } from "@nats-io/transport-node";
import type { Logger } from "../process/log.ts";
import type { BrokerAccess } from "./broker-access.ts";

const RESUBSCRIBE_MS = 500;

/** What processes tell each other of themselves: kept nowhere, and lost while the broker is away. */
export interface Presence {
  /** Tells whoever listens at this moment. */
  tell(subject: string, payload: Uint8Array): void;
  /** Hears what is told, in this replica. */
  hear(subject: string, handle: (payload: Uint8Array) => void): void;
}

export function createPresence(broker: {
  connection: NatsConnection;
  access: BrokerAccess;
  log: Logger;
}): Presence {
  const { connection, access, log } = broker;

  /** A subscription that the broker refused is over: it is made again until the broker takes it. */
  function hear(subject: string, handle: (payload: Uint8Array) => void): void {
    if (connection.isClosed()) return;
    const need = access.need(`the subscription to ${subject}`);
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) {
          need.failed(error);
          setTimeout(() => hear(subject, handle), RESUBSCRIBE_MS).unref();
          return;
        }
        need.granted();
        try {
          handle(message.data);
        } catch (failure) {
          log.warn({ err: failure, subject }, "what was told could not be heard");
        }
      },
    });
  }

  return { tell: (subject, payload) => connection.publish(subject, payload), hear };
}
