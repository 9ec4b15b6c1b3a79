import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { seed } from "@ticketing/launcher/seed";
import { publicContracts } from "@ticketing/runtime/serving/public-contracts";
import { pythonWith } from "@ticketing/servers/python";
import type { Person } from "../support/clients.ts";
import { examplesOf, markdown } from "../support/markdown.ts";
import { listTicket } from "../support/people.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
let mesh: TestMesh;
let seller: Person;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-clients-"));
  mesh = await startTestMesh();
  await seed(mesh.addresses.gateway, mesh.dataDir, () => {});
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
    const python = await pythonWith(join(import.meta.dirname, "requirements.txt"));
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

describe("a cache before the gateway", () => {
  /** What a Connect GET that asks for everything is told. */
  async function saidOf(path: string, headers: Record<string, string> = {}) {
    const query = `connect=v1&encoding=json&message=${encodeURIComponent("{}")}`;
    const answer = await fetch(`${mesh.addresses.gateway}/ticketing.${path}?${query}`, { headers });
    await answer.body?.cancel();
    const vary = answer.headers.get("vary")?.split(/, */);
    return { status: answer.status, policy: answer.headers.get("cache-control"), vary };
  }

  it.each([
    ...["SearchTickets", "ListEvents", "ListFacets"].map((rpc) => `catalog.v1.CatalogService/${rpc}`),
    "orders.v1.OrderService/ListCurrencies",
  ])("may keep what everybody is answered alike by %s, and nothing else", async (path) => {
    expect(await saidOf(path)).toEqual({
      status: 200,
      policy: "public, max-age=2, stale-while-revalidate=3",
      vary: ["authorization", "cookie", "accept-encoding", "origin"],
    });
    const forNobody = { policy: "no-store", vary: ["origin"] };
    expect(await saidOf(path, { cookie: "a=b" })).toEqual({ status: 200, ...forNobody });
    expect(await saidOf(path, { authorization: "Bearer x" })).toEqual({ status: 401, ...forNobody });
    const own = await saidOf("auth.v1.AuthService/GetCurrentUser");
    expect(own).toEqual({ status: 401, ...forNobody });
  });
});

describe("a tool without local files", () => {
  const gateway = () => new URL(mesh.addresses.gateway).host;

  it("in Python finds every type of the API, through the gateway and at both ports of each service", async () => {
    const names = publicContracts.map(({ typeName }) => typeName);
    const services = Object.values(mesh.services);
    const open = [gateway(), ...services.flatMap((service) => service.public ?? [])];
    const internal = services.map((service) => service.internal);
    const python = await pythonWith(join(import.meta.dirname, "requirements.txt"));
    const servers = [...open, ...internal].map((address) => [address, ...names]);
    const args = [join(import.meta.dirname, "describe.py"), JSON.stringify(servers)];
    const { stdout } = await run(python, args, { timeout: 60_000 });
    const listed: string[][] = JSON.parse(stdout);
    const shown = (lists: string[][]) =>
      new Set(lists.flat().filter((name) => name.startsWith("ticketing.")));
    expect(shown(listed.slice(0, open.length))).toEqual(new Set(names));
    // The internal ports say what they serve besides.
    expect(shown(listed.slice(open.length)).size).toBeGreaterThan(names.length);
  }, 240_000);

  /** What buf prints that learns the contract from the server itself. */
  async function bufCurl(host: string, rpc: string, data: object) {
    const flags = ["--http2-prior-knowledge", "--protocol", "grpc", "--data", JSON.stringify(data)];
    const { stdout } = await run("buf", ["curl", ...flags, `http://${host}/${rpc}`], {
      env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` },
      timeout: 30_000,
    });
    return JSON.parse(stdout);
  }

  it("calls the API through the gateway, and health at each port of a service", async () => {
    const search = "ticketing.catalog.v1.CatalogService/SearchTickets";
    const found = await bufCurl(gateway(), search, { filter: { query: "beethoven" }, pageSize: 1 });
    expect(found.tickets).toHaveLength(1);
    const { tickets } = mesh.services;
    for (const host of [tickets?.public ?? "", tickets?.internal ?? ""]) {
      expect(await bufCurl(host, "grpc.health.v1.Health/Check", {})).toEqual({ status: "SERVING" });
    }
  }, 60_000);
});

/** The examples of all pages in a language, as they would be typed on a machine where the mesh has these addresses. */
const examplesIn = (language: string) =>
  markdown()
    .flatMap((page) => examplesOf(page))
    .filter((example) => example.language === language)
    .map(({ page, code }) => ({ page, code }));
const here = (code: string) => code.replaceAll("localhost:8080", new URL(mesh.addresses.gateway).host);

describe("an example of the pages", () => {
  it.each(examplesIn("ts"))(
    "in TypeScript runs, and finds something: $page",
    async ({ code }) => {
      // Where packages of the repository are found.
      await mkdir(join(root, ".local"), { recursive: true });
      const project = await mkdtemp(join(root, ".local", "example-"));
      try {
        const file = join(project, "example.ts");
        await writeFile(
          file,
          `${here(code)}\nconsole.log(tickets.length, tickets[0]?.ticket?.event?.title);\n`,
        );
        const { stdout } = await run(process.execPath, ["--conditions=@ticketing/source", file], {
          timeout: 30_000,
        });
        expect(stdout).toMatch(/^[1-9]\d* \S+/);
      } finally {
        await rm(project, { recursive: true, force: true });
      }
    },
    60_000,
  );

  it.each(examplesIn("sh"))(
    "in a shell runs, and what it says happens: $page",
    async ({ code }) => {
      const { stdout } = await run("sh", ["-euc", here(code)], {
        env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
        timeout: 30_000,
      });
      const { order } = JSON.parse(stdout) as { order: { status: string; price: { currency: string } } };
      expect(order).toMatchObject({ status: "ORDER_STATUS_AWAITING_PAYMENT", price: { currency: "EUR" } });
    },
    60_000,
  );

  it("is there in each language", () => {
    expect([examplesIn("ts").length, examplesIn("sh").length]).toEqual([1, 1]);
  });
});
