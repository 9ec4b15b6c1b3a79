/** How to enter the broker, as its client library takes it. */
export interface BrokerLogin {
  servers: string;
  user?: string;
  pass?: string;
  inboxPrefix?: string;
}

/**
 * The login that `nats://user:password@host:port` stands for, or `tls://`. Answers come back under the user's own name, where a
 * broker with permissions lets nobody else listen.
 */
export function brokerLogin(natsUrl: string): BrokerLogin {
  const { host, username, password } = new URL(natsUrl);
  return {
    servers: host,
    ...(username && { user: decodeURIComponent(username), inboxPrefix: `_INBOX.${username}` }),
    ...(password && { pass: decodeURIComponent(password) }),
  };
}
