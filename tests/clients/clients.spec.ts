import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Http2Server, type IncomingHttpHeaders } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createClients, type Person } from "@ticketing/launcher/clients";
import { listTicket } from "@ticketing/launcher/demo-cast";
import { clustersYaml } from "@ticketing/launcher/envoy-clusters";
import { writeGatewayConfig } from "@ticketing/launcher/gateway-config";
import { startEnvoy } from "@ticketing/servers/envoy";
import { freePort } from "@ticketing/servers/ports";
import { startTestMesh, type TestMesh } from "../test-mesh.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
let mesh: TestMesh;
let seller: Person;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-clients-"));
  mesh = await startTestMesh();
  seller = await mesh.person("seller");
}, 120_000);
afterAll(async () => {
  await mesh?.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** A call as curl makes it: JSON over the Connect protocol. */
async function curl(rpc: string, body: object, token?: string) {
  const { stdout } = await run("curl", [
    ...["--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code}"],
    ...["--header", "content-type: application/json"],
    ...(token ? ["--header", `authorization: Bearer ${token}`] : []),
    ...["--data", JSON.stringify(body), `${mesh.addresses.gateway}/${rpc}`],
  ]);
  const at = stdout.lastIndexOf("\n");
  return { status: Number(stdout.slice(at + 1)), body: JSON.parse(stdout.slice(0, at)) };
}

describe("a purchase", () => {
  it("works with curl: plain JSON", async () => {
    const ticket = await listTicket(seller, `Curl ${randomUUID().slice(0, 8)}`, 2_500n);
    const email = `${randomUUID()}@example.com`;
    const password = randomUUID();
    await curl("ticketing.auth.v1.AuthService/SignUp", { email, password, displayName: "Curly" });
    const grant = await curl("ticketing.auth.v1.AuthService/IssueToken", {
      credentials: { email, password },
    });
    const token: string = grant.body.accessToken;
    const created = await curl(
      "ticketing.orders.v1.OrderService/CreateOrder",
      {
        requestId: randomUUID(),
        ticketId: ticket.id,
        expectedPrice: { minorUnits: "2500", currency: "USD" },
      },
      token,
    );
    expect(created.status).toBe(200);
    const { orderId } = { orderId: created.body.order.id as string };
    const payment = await curl("ticketing.payments.v1.PaymentService/StartPayment", { orderId }, token);
    const [intent] = String(payment.body.clientSecret).split("_secret_");
    await run("curl", [
      ...["--silent", "--fail", "--data-urlencode", `key=${payment.body.publishableKey}`],
      ...["--data-urlencode", `client_secret=${payment.body.clientSecret}`],
      ...["--data", "payment_method=pm_card_visa"],
      `${mesh.addresses.stripe}/v1/payment_intents/${intent}/confirm`,
    ]);
    let status = "";
    for (let n = 0; n < 100 && status !== "ORDER_STATUS_COMPLETE"; n++) {
      const read = await curl("ticketing.orders.v1.OrderService/GetOrder", { orderId }, token);
      status = read.body.order.status;
    }
    expect(status).toBe("ORDER_STATUS_COMPLETE");
  }, 60_000);

  it("works with Python over gRPC, from the same contracts: what a mobile client is", async () => {
    const ticket = await listTicket(seller, `Python ${randomUUID().slice(0, 8)}`, 3_500n);
    const venv = join(process.env.TICKETING_CACHE ?? join(tmpdir(), "ticketing-python"), "grpcio-1.74");
    const python = join(venv, "bin/python");
    await run(python, ["-c", "import grpc_tools"]).catch(async () => {
      await run("python3", ["-m", "venv", venv]);
      await run(python, ["-m", "pip", "install", "--quiet", "--no-input", "grpcio-tools>=1.74,<2"]);
    });
    const { stdout: files } = await run(
      "find",
      ["proto", "-name", "*.proto", "-not", "-path", "*/node_modules/*"],
      {
        cwd: root,
      },
    );
    await run(
      python,
      [
        ...["-m", "grpc_tools.protoc", "-Iproto", `--python_out=${folder}`, `--grpc_python_out=${folder}`],
        ...files.trim().split("\n"),
      ],
      { cwd: root },
    );
    const { stdout } = await run(
      python,
      [
        join(import.meta.dirname, "buy.py"),
        new URL(mesh.addresses.gateway).host,
        mesh.addresses.stripe,
        ticket.id,
      ],
      { env: { ...process.env, PYTHONPATH: folder }, timeout: 60_000 },
    );
    expect(stdout.trim().split("\n").at(-1)).toBe("COMPLETE");
  }, 240_000);
});

describe("the gateway", () => {
  let upstream: Http2Server;
  let seen: IncomingHttpHeaders[] = [];
  let envoy: Awaited<ReturnType<typeof startEnvoy>>;
  let gateway: string;

  beforeAll(async () => {
    upstream = createServer((request, response) => {
      seen.push(request.headers);
      request.resume();
      response.writeHead(200, { "content-type": String(request.headers["content-type"]) });
      response.end();
    });
    const port = await freePort();
    await new Promise<void>((resolve) => upstream.listen(port, "127.0.0.1", resolve));
    const address = [`127.0.0.1:${port}`];
    const listener = await freePort();
    envoy = await startEnvoy({
      dir: folder,
      config: await writeGatewayConfig(folder, listener, `http://localhost:${listener}`),
      overrides: clustersYaml({
        auth: address,
        tickets: address,
        orders: address,
        payments: address,
        catalog: address,
      }),
    });
    gateway = `http://localhost:${listener}`;
  }, 60_000);
  afterAll(async () => {
    await envoy?.stop();
    upstream?.close();
  });

  const post = (path: string, headers: Record<string, string>, body: string | Uint8Array = "{}") =>
    fetch(`${gateway}${path}`, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) });
  const rpc = "/ticketing.tickets.v1.TicketService/GetTicket";
  const json = { "content-type": "application/json" };

  it("turns gRPC-Web into gRPC", async () => {
    seen = [];
    await createClients(gateway)
      .tickets.getTicket({ ticketId: randomUUID() })
      .catch(() => undefined);
    expect(seen.map((headers) => headers["content-type"])).toEqual(["application/grpc"]);
  });

  it("passes Connect JSON through", async () => {
    seen = [];
    expect((await post(rpc, json)).status).toBe(200);
    expect(seen.map((headers) => headers["content-type"])).toEqual(["application/json"]);
  });

  it("knows no internal service and no other path", async () => {
    seen = [];
    for (const path of [
      "/ticketing.tickets.v1.TicketLockService/LockTicket",
      "/ticketing.orders.v1.OrderLifecycleService/CompleteOrder",
      "/ticketing.payments.v1.PaymentLifecycleService/RefundPayment",
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      "/grpc.health.v1.Health/Check",
      "/",
    ]) {
      expect((await post(path, json)).status).toBe(404);
    }
    expect(seen).toEqual([]);
  });

  it("refuses a call with cookies from another origin or from none", async () => {
    const cookie = "session=x";
    expect((await post(rpc, { ...json, cookie, origin: "https://evil.example" })).status).toBe(403);
    expect((await post(rpc, { ...json, cookie })).status).toBe(403);
    expect((await post(rpc, { ...json, cookie, origin: gateway })).status).toBe(200);
    expect((await post(rpc, json)).status).toBe(200);
  });

  it("refuses a body over 64 KiB", async () => {
    expect((await post(rpc, json, new Uint8Array(65_537).fill(32))).status).toBe(413);
  });

  it("lets only configured origins ask from a browser", async () => {
    const preflight = (origin: string) =>
      fetch(`${gateway}${rpc}`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
    expect((await preflight(gateway)).headers.get("access-control-allow-origin")).toBe(gateway);
    expect((await preflight("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
  });
});
