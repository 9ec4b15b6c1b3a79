import { setTimeout as sleep } from "node:timers/promises";
import { NativeConnection } from "@temporalio/worker";
import type { Logger } from "@ticketing/runtime/process/log";
import type { TransportSecurity } from "@ticketing/runtime/process/transport-security";
import type { QueueWorker } from "./workers.ts";

/** How often it is looked whether others vouch for Temporal now. */
const LOOK_MS = 5000;
/** How long the end of a process waits for a connection that is being opened. */
const LEAVE_MS = 2000;

/** A connection for workers: by TLS with `security`, otherwise in plain text. Its trusted authorities never change. */
export const connectNative = (
  address: string,
  security: TransportSecurity | undefined,
): Promise<NativeConnection> =>
  NativeConnection.connect({
    address,
    tls: security && { serverRootCACertificate: Buffer.from(security.authorities()) },
  });

/**
 * Gives the workers a new connection when other authorities are to be trusted. The returned function ends that and
 * closes the connection in use; the workers have to have ended before.
 */
export function keepConnected(options: {
  address: string;
  security: TransportSecurity | undefined;
  native: NativeConnection;
  workers: readonly Pick<QueueWorker, "worker">[];
  log: Pick<Logger, "info" | "warn">;
  lookMs?: number;
}): () => Promise<void> {
  const { address, security, workers, log, lookMs = LOOK_MS } = options;
  let native = options.native;
  let trusted = security?.authorities();

  async function look(): Promise<void> {
    const now = security?.authorities();
    if (now === trusted) return;
    try {
      const next = await connectNative(address, security);
      const before = native;
      for (const { worker } of workers) worker.connection = next;
      native = next;
      trusted = now;
      await before.close();
      log.info({}, "temporal is called with other authorities");
    } catch (error) {
      log.warn({ err: error }, "temporal cannot be called with other authorities yet");
    }
  }

  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, lookMs).unref();
  return async () => {
    clearInterval(timer);
    // A Temporal that takes the connection and does not answer keeps no process from its end.
    await Promise.race([looking, sleep(LEAVE_MS)]);
    await native.close();
  };
}
