import { createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { Client, type Connection } from "@temporalio/client";
import { createWorkflowStarter } from "./starter.ts";
import { connectTemporal } from "./temporal-connection.ts";

/** Also the time to connect, on a machine that has other work. */
const LONGEST_CALL_MS = 2_000;
let server: Http2Server;
let connection: Connection | undefined;
afterEach(async () => {
  await connection?.close();
  server.close();
});

/** A server that says what it is and answers nothing else. */
async function silentTemporal(): Promise<string> {
  server = createServer();
  server.on("stream", (stream, { ":path": path }) => {
    stream.on("error", () => undefined);
    if (!path?.endsWith("/GetSystemInfo")) return;
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    // One message of no bytes.
    stream.end(Buffer.alloc(5));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a Temporal server that takes calls and does not answer", () => {
  it.each(["startLifecycle", "wakeLifecycle", "wakeRefund"] as const)(
    "fails %s in time",
    async (call) => {
      connection = await connectTemporal(await silentTemporal(), { longestCallMs: LONGEST_CALL_MS });
      const starter = createWorkflowStarter(new Client({ connection }));
      // DEADLINE_EXCEEDED
      await expect(starter[call]("order-1")).rejects.toMatchObject({ cause: { code: 4 } });
    },
    20 * LONGEST_CALL_MS,
  );
});
