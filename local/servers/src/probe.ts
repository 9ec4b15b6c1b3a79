import { get } from "node:https";
import { connect } from "node:net";
import { Client, credentials } from "@grpc/grpc-js";

/** Resolves with the first bytes that a TCP server sends on its own, as NATS does. */
export function greeting(port: number, timeoutMs = 1_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: timeoutMs });
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data.toString("utf8"));
    });
    socket.once("timeout", () => socket.destroy(new Error("no greeting")));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed without a greeting")));
  });
}

/** Resolves when `GET url` answers 200. */
export async function httpOk(url: string, timeoutMs = 1_000): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  await response.body?.cancel();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
}

/** Resolves when `GET url` answers 200 by TLS, with a certificate that `authority` (PEM) has issued. */
export function httpsOk(url: string, authority: string, timeoutMs = 1_000): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { ca: authority, agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`${url} answered ${response.statusCode}`));
    });
    request.on("timeout", () => request.destroy(new Error(`${url} did not answer`)));
    request.on("error", reject);
  });
}

/** Resolves when grpc.health.v1 at host:port reports SERVING, of the whole server or of one service. */
export function grpcServing(address: string, service = "", timeoutMs = 1_000): Promise<void> {
  const client = new Client(address, credentials.createInsecure());
  // HealthCheckRequest {string service = 1}; HealthCheckResponse {ServingStatus status = 1}, SERVING = 1.
  const request = Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]);
  return new Promise<void>((resolve, reject) => {
    client.makeUnaryRequest(
      "/grpc.health.v1.Health/Check",
      (value: Buffer) => value,
      (bytes: Buffer) => bytes[0] === 0x08 && bytes[1] === 1,
      request,
      { deadline: Date.now() + timeoutMs },
      (error, serving) => {
        if (error) reject(error);
        else if (!serving) reject(new Error(`${address} is not serving`));
        else resolve();
      },
    );
  }).finally(() => client.close());
}
