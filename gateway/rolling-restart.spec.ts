import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { launch } from "@ticketing/servers/launch";
import { CALL_HEADER, connectClients, grpcClients, load } from "./testing/load.ts";
import { startLoadBalancer } from "./testing/load-balancer.ts";
import { type GatewayPod, startPod } from "./testing/start-pod.ts";
import { startUpstream, type Upstream } from "./testing/upstream.ts";

let dir: string;
let upstream: Upstream;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "rolling-restart-"));
  upstream = await startUpstream();
});
afterAll(async () => {
  await upstream.close();
  await rm(dir, { recursive: true, force: true });
});

/** Ends a gateway as its pod does: the process beside Envoy is told to end, then Envoy. */
async function endPod({ server, adminPort }: GatewayPod): Promise<string> {
  const logFile = join(dir, `drain-sidecar-${adminPort}.log`);
  const log = () => readFile(logFile, "utf8");
  const beside = await launch({
    name: "drain-sidecar",
    command: process.execPath,
    args: ["--conditions=@ticketing/source", join(import.meta.dirname, "src/drain-sidecar.ts")],
    env: { ADMIN_PORT: `${adminPort}` },
    logFile,
    probe: async () => expect(await log()).toContain("waiting"),
  });
  await beside.stop(60_000);
  await server.stop();
  return await log();
}

it("a rolling restart of two gateways under load fails no call and repeats none, of any kind of client", async () => {
  const pods = new Set([await startPod(dir, upstream.address), await startPod(dir, upstream.address)]);
  const [first, second] = [await startLoadBalancer(pods), await startLoadBalancer(pods)];
  const clients = [...grpcClients([first.address, second.address], 20), ...connectClients(first.address, 2)];
  const over = new AbortController();
  const loading = load(clients, over.signal);
  try {
    await sleep(500);
    for (const old of [...pods]) {
      pods.add(await startPod(dir, upstream.address));
      await Promise.all([first.ask(), second.ask()]);
      expect(await endPod(old)).toMatch(/drained.* 0 requests/);
      pods.delete(old);
    }
    await sleep(500);
  } finally {
    over.abort();
    const seen = await loading;
    await Promise.all([first.close(), second.close(), ...[...pods].map(({ server }) => server.stop())]);
    expect(seen.failures).toEqual([]);
    expect(seen.acknowledged.length).toBeGreaterThan(200);
    expect(upstream.requests.map(({ headers }) => headers[CALL_HEADER]).sort()).toEqual(
      seen.acknowledged.sort(),
    );
  }
}, 90_000);
