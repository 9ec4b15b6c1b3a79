import type { Msg, NatsConnection } from "@nats-io/transport-node";
import type { BrokerAccess } from "./broker-access.ts";

const RESUBSCRIBE_MS = 500;

/**
 * Subscribes to what is kept nowhere. A subscription that the broker refused is over: it is made again until the broker
 * takes it. Of the subscribers with the same `queue`, one gets each message.
 */
export function listen(
  broker: { connection: NatsConnection; access: BrokerAccess },
  to: { subject: string; queue?: string },
  handle: (message: Msg) => void,
): void {
  const { connection, access } = broker;
  const { subject, queue } = to;
  if (connection.isClosed()) return;
  const need = access.need(`the subscription to ${subject}`);
  connection.subscribe(subject, {
    ...(queue && { queue }),
    callback: (error, message) => {
      if (error) {
        need.failed(error);
        setTimeout(() => listen(broker, to, handle), RESUBSCRIBE_MS).unref();
        return;
      }
      need.granted();
      handle(message);
    },
  });
}
