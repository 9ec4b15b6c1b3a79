import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeAuthority } from "@ticketing/servers/certificates";
import { measureCall, measureHandled, measurePublished } from "./measures.ts";
import { instrument, startTelemetry, stopTelemetry } from "./telemetry.ts";

/** What a collector was sent, and where. */
const received: { path: string; body: string }[] = [];
const receive: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    received.push({ path: request.url ?? "", body: Buffer.concat(chunks).toString() });
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
};
const collector = createServer(receive);
beforeAll(() => new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve)));
afterAll(() => void collector.close());

describe("a process with a configured collector", () => {
  it("sends what it measured, at the latest when it ends", async () => {
    const { port } = collector.address() as AddressInfo;
    startTelemetry("tickets", `http://127.0.0.1:${port}/`);
    measureCall("ticketing.tickets.v1.TicketService/GetTicket", "NOT_FOUND", 12);
    measurePublished("tickets", new Date(Date.now() - 40));
    measureHandled({
      durable: "catalog",
      stream: "TICKETS",
      outcome: "done",
      begun: Date.now(),
      stored: new Date(),
    });
    await stopTelemetry();
    expect(received.map(({ path }) => path)).toEqual(["/v1/metrics"]);
    const { body } = received[0] ?? { body: "" };
    for (const name of [
      "rpc.server.call.duration",
      "ticketing.outbox.lag",
      "ticketing.consumer.duration",
      "ticketing.consumer.lag",
    ]) {
      expect(body).toContain(`"${name}"`);
    }
    expect(body).toContain('"NOT_FOUND"');
    expect(body).toContain('"service.name","value":{"stringValue":"tickets"}');
  });

  it("ends in order although the collector is away", async () => {
    startTelemetry("tickets", "http://127.0.0.1:9");
    measureCall("x", "OK", 1);
    await stopTelemetry();
  }, 30_000);

  it.each([
    ["that the exporter's own variable vouches for", true],
    ["that nobody vouches for", false],
  ])("sends by TLS to one %s: %s", async (_, known) => {
    const authority = makeAuthority();
    const server = createTlsServer(authority.issue({ names: ["localhost"] }), receive);
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    const folder = await mkdtemp(join(tmpdir(), "ticketing-collector-"));
    await writeFile(join(folder, "ca.crt"), (known ? authority : makeAuthority()).cert);
    process.env.OTEL_EXPORTER_OTLP_CERTIFICATE = join(folder, "ca.crt");
    received.length = 0;
    try {
      startTelemetry("tickets", `https://localhost:${(server.address() as AddressInfo).port}`);
      instrument((meter) => meter.createCounter("spec"))().add(1);
      await stopTelemetry();
      expect(received).toHaveLength(known ? 1 : 0);
    } finally {
      delete process.env.OTEL_EXPORTER_OTLP_CERTIFICATE;
      server.close();
      await rm(folder, { recursive: true });
    }
  });
});
