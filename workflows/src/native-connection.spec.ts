import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Worker } from "@temporalio/worker";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { silent } from "@ticketing/runtime/testing/service";
import { makeTlsDir } from "@ticketing/runtime/testing/tls-dir";
import { startTlsProxy } from "@ticketing/runtime/testing/tls-proxy";
import { makeAuthority } from "@ticketing/servers/certificates";
import { startTemporal, type TemporalServer } from "@ticketing/servers/temporal";
import { connectNative, keepConnected } from "./native-connection.ts";
import { connectTemporal } from "./temporal-connection.ts";

const authority = makeAuthority("first");
const next = makeAuthority("second");
const issue = (by = authority) => by.issue({ names: ["localhost", "127.0.0.1"] });

let folder: string;
let temporal: TemporalServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secured-temporal-"));
  temporal = await startTemporal({ dir: folder });
}, 60_000);
afterAll(async () => {
  await temporal?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("Temporal by TLS", () => {
  it("is called by client and workers, over a change of its authority and by nobody in plain text", async () => {
    const port = Number(temporal.address.split(":")[1]);
    const proxy = await startTlsProxy(issue(), { port, protocol: "h2" });
    const address = `127.0.0.1:${proxy.port}`;
    const dir = await makeTlsDir(issue(), authority.cert);
    const security = await openTransportSecurity(dir.folder, silent, 20);
    const stranger = await makeTlsDir(issue(), next.cert);
    const mistrust = await openTransportSecurity(stranger.folder, silent);
    await expect(connectNative(address, mistrust)).rejects.toThrow();
    await expect(connectTemporal(address, { security: mistrust, longestCallMs: 1000 })).rejects.toThrow();
    await expect(connectTemporal(address, { longestCallMs: 1000 })).rejects.toThrow();

    const connection = await connectTemporal(address, { security });
    const native = await connectNative(address, security);
    const worker = await Worker.create({
      connection: native,
      taskQueue: "spec",
      activities: { rest: async () => undefined },
    });
    const workers = [{ worker }];
    const disconnect = keepConnected({ address, security, native, workers, log: silent, lookMs: 50 });
    const running = worker.run();

    await dir.replace("ca.crt", authority.cert + next.cert);
    while (worker.connection === native) await sleep(20);
    proxy.show(issue(next));
    await worker.connection?.workflowService.getSystemInfo({});
    await connection.workflowService.getSystemInfo({});

    worker.shutdown();
    await running;
    await disconnect();
    await connection.close();
    await proxy.close();
    for (const opened of [security, mistrust]) opened?.close();
    for (const made of [dir, stranger]) await made.remove();
  }, 60_000);
});
