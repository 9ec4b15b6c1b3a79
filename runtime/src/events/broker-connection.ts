import { connect, type NatsConnection } from "@nats-io/transport-node";
import { brokerLogin } from "./broker-login.ts";

/** How a process connects to the broker; of plain values, which a thread of its own can be given. */
export interface BrokerAddress {
  /** `nats://` or `tls://`, with `user:password@` before the host where the broker asks for them. */
  natsUrl: string;
  /** What the broker calls the connection. */
  name: string;
  /** The authority that vouches for the broker: by TLS, and not at all with a broker that does not speak it. */
  authorityFile?: string | undefined;
}

/** Connects once; the connection then never gives up. */
export function connectBroker({ natsUrl, name, authorityFile }: BrokerAddress): Promise<NatsConnection> {
  return connect({
    ...brokerLogin(natsUrl),
    ...(authorityFile && { tls: { caFile: authorityFile } }),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    // By default two refused logins in a row end the connection for good.
    ignoreAuthErrorAbort: true,
    pingInterval: 10_000,
    // They cost two stack traces a publication.
    noAsyncTraces: true,
  });
}
