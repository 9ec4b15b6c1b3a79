import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { Client, credentials, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeAuthService } from "@ticketing/auth/testing/make-auth-service";
import { mountSecret } from "@ticketing/gateway/testing/mounted-secret";
import { startPod } from "@ticketing/gateway/testing/start-pod";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import type { Database } from "@ticketing/runtime/documents/database";
import { type PublicServer, startPublicServer } from "@ticketing/runtime/serving/public-server";
import { makeServiceKeys } from "@ticketing/runtime/testing/keys";
import { silent, testConfig } from "@ticketing/runtime/testing/service";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { makeAuthority } from "@ticketing/servers/certificates";
import { freePort } from "@ticketing/servers/ports";

/** Not localhost, which clients take for private without TLS. */
const HOST = "tickets.test";
const run = promisify(execFile);
const authority = makeAuthority();
const app = { email: `${randomUUID()}@example.com`, password: randomUUID() };

let dir: string;
let database: Database;
let keys: Awaited<ReturnType<typeof makeServiceKeys>>;
let auth: PublicServer;
let pod: Awaited<ReturnType<typeof startPod>>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "https-"));
  await mkdir(join(dir, "secret"));
  await mountSecret(join(dir, "secret"), authority.issue({ names: [HOST, "localhost"] }));
  await writeFile(join(dir, "ca.pem"), authority.cert);
  database = await openSpecDatabase();
  keys = await makeServiceKeys("auth");
  const port = await freePort();
  pod = await startPod(dir, `127.0.0.1:${port}`, {
    PUBLIC_URL: `https://${HOST}:TLS_PORT`,
    TLS_TERMINATION: "gateway",
    PUBLIC_TLS_DIR: join(dir, "secret"),
  });
  const { service, accessTokens } = await makeAuthService({
    db: database.db,
    keyFile: keys.keyFile("auth"),
    publicUrl: pod.origin,
  });
  auth = await startPublicServer({
    config: testConfig({
      PORT: port,
      PUBLIC_URL: pod.origin,
      JWKS_URL: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    }),
    log: silent,
    routes: (router) => router.service(AuthService, service),
    http: {
      "/.well-known/jwks.json": async () => ({
        status: 200,
        headers: { "content-type": "application/jwk-set+json" },
        body: JSON.stringify(accessTokens.jwks()),
      }),
    },
  });
}, 60_000);
afterAll(async () => {
  await pod?.server.stop();
  await auth?.drain(100);
  await database?.close();
  await keys?.remove();
  await rm(dir, { recursive: true, force: true });
}, 30_000);

/**
 * Calls of a page, one after another, by a curl that keeps cookies and heeds how they are marked, as browsers do: status
 * and body of each answer, and whether cookies went along.
 */
async function page(...calls: [rpc: string, body?: object, base?: string][]) {
  const each = calls.map(([rpc, body = {}, base = pod.origin]) => [
    ...["--silent", "--show-error", "--verbose", "--max-time", "20", "--write-out", "\n%{http_code}\n"],
    ...["--cacert", join(dir, "ca.pem"), "--cookie", ""],
    ...[pod.port, pod.tlsPort].flatMap((port) => ["--resolve", `${HOST}:${port}:127.0.0.1`]),
    ...["--header", "content-type: application/json", "--header", `origin: ${pod.origin}`],
    ...["--data", JSON.stringify(body), `${base}/ticketing.auth.v1.AuthService/${rpc}`],
  ]);
  const { stdout, stderr } = await run(
    "curl",
    each.flatMap((args, at) => (at > 0 ? ["--next", ...args] : args)),
  );
  const requests = stderr.split(/^> POST /m).slice(1);
  const lines = stdout.trimEnd().split("\n");
  return calls.map((_, at) => ({
    status: Number(lines[2 * at + 1]),
    body: JSON.parse(lines[2 * at] ?? ""),
    cookies: /^> cookie: /im.test(requests[at] ?? ""),
  }));
}

it("a session of a browser begins, goes on and ends by https alone", async () => {
  const person = { email: `${randomUUID()}@example.com`, password: randomUUID(), displayName: "Ann" };
  const answers = await page(
    ["SignUp", person],
    ["GetCurrentUser"],
    ["RefreshSession"],
    ["GetCurrentUser"],
    ["SignOut"],
    ["GetCurrentUser"],
  );
  expect(answers.map(({ status, cookies }) => [status, cookies])).toEqual([
    [200, false],
    [200, true],
    [200, true],
    [200, true],
    [200, true],
    [401, false],
  ]);
  for (const at of [1, 3]) expect(answers[at]?.body).toMatchObject({ user: { displayName: "Ann" } });
  // A page that has not yet been told to come by https.
  const [byHttp] = await page(["GetCurrentUser", {}, `http://${HOST}:${pod.port}`]);
  expect([byHttp?.status, byHttp?.body.code]).toEqual([403, "failed_precondition"]);
}, 60_000);

describe("by https an app signs in and asks who it is", () => {
  const nodeOptions = { ca: authority.cert };
  beforeAll(async () => {
    const [{ status = 0 } = {}] = await page(["SignUp", { ...app, displayName: "App" }]);
    expect(status).toBe(200);
  });

  it.each([
    ["Connect", createConnectTransport],
    ["gRPC", createGrpcTransport],
    ["gRPC-Web", createGrpcWebTransport],
  ])("with %s over HTTP/2", async (_, createTransport) => {
    const client = createClient(
      AuthService,
      createTransport({ baseUrl: `https://localhost:${pod.tlsPort}`, httpVersion: "2", nodeOptions }),
    );
    const { accessToken } = await client.issueToken({
      grant: { case: "credentials", value: app },
    });
    const { user } = await client.getCurrentUser({}, { headers: { authorization: `Bearer ${accessToken}` } });
    expect(user?.displayName).toBe("App");
  });
});

it("grpc-js calls with its own TLS, and is refused where it uses none", async () => {
  const ask = (client: Client) =>
    new Promise<{ code: number; details: string }>((resolve) => {
      client.makeUnaryRequest(
        "/ticketing.auth.v1.AuthService/GetCurrentUser",
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        Buffer.alloc(0),
        (error) => resolve({ code: error?.code ?? 0, details: error?.details ?? "" }),
      );
    });
  const secure = new Client(`localhost:${pod.tlsPort}`, credentials.createSsl(Buffer.from(authority.cert)));
  const plain = new Client(`localhost:${pod.port}`, credentials.createInsecure());
  const stranger = new Client(
    `localhost:${pod.tlsPort}`,
    credentials.createSsl(Buffer.from(makeAuthority().cert)),
  );
  try {
    expect((await ask(secure)).code).toBe(status.UNAUTHENTICATED);
    expect(await ask(plain)).toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining(pod.origin),
    });
    expect((await ask(stranger)).code).toBe(status.UNAVAILABLE);
  } finally {
    for (const client of [secure, plain, stranger]) client.close();
  }
});
