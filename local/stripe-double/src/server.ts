import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createApi } from "./api.ts";
import { authenticationPage } from "./authentication-page.ts";
import { createControl } from "./control.ts";
import { createFaults, type Faults } from "./faults.ts";
import { onboardingPage } from "./onboarding-page.ts";
import { openState, type State } from "./state.ts";
import { createWebhooks, type WebhookOptions } from "./webhooks.ts";

export interface StripeDoubleOptions {
  host?: string;
  /** 0 or absent: any free port. */
  port?: number;
  secretKey?: string;
  publishableKey?: string;
  webhookUrl?: string;
  webhookSecret?: string;
  /** Where events of connected accounts go. */
  connectWebhookUrl?: string;
  connectWebhookSecret?: string;
  /** What asks with it may only do what restricted-key.ts says. */
  restrictedKey?: string;
  /** The types of events that are sent there: all without it. */
  webhookEvents?: readonly string[];
  /** Pauses between webhook attempts, see `WebhookOptions`. */
  webhookRetry?: Pick<WebhookOptions, "firstRetry" | "longestRetry" | "timeout">;
  /** Where acknowledged state outlives the process; memory only without it. */
  stateFile?: string;
}

export interface StripeDouble {
  /** e.g. `http://127.0.0.1:4242`; the SDK takes it apart into host, port and protocol. */
  url: string;
  port: number;
  secretKey: string;
  publishableKey: string;
  webhookSecret: string;
  connectWebhookSecret: string;
  restrictedKey: string;
  /** What /control/faults switches, for specs in the same process. */
  faults: Faults;
  state: State;
  /** Lets held webhooks go. */
  releaseWebhooks(): void;
  close(): Promise<void>;
}

/** Of evidence: 150,000 characters, each of twelve bytes as a form has them. */
const MAX_BODY = 2 * 1024 * 1024;
const BROWSER_SCRIPT = new URL("../browser/stripe-v3.js", import.meta.url);
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, OPTIONS",
  "access-control-allow-headers": "authorization, content-type, idempotency-key, stripe-version",
  "access-control-expose-headers": "request-id, stripe-double",
  "access-control-max-age": "300",
};

/** Starts a double of Stripe; see `StripeDouble` for how to reach it. */
export async function startStripeDouble(options: StripeDoubleOptions = {}): Promise<StripeDouble> {
  const {
    host = "127.0.0.1",
    port = 0,
    secretKey = "sk_test_double",
    publishableKey = "pk_test_double",
    restrictedKey = "rk_test_double",
  } = options;
  const { webhookSecret = "whsec_double", webhookUrl, stateFile } = options;
  const { connectWebhookSecret = "whsec_double_connect", connectWebhookUrl } = options;
  if (!secretKey.startsWith("sk_test_") || !publishableKey.startsWith("pk_test_")) {
    throw new Error("The Stripe double takes test keys only: sk_test_… and pk_test_…");
  }
  const state = openState(stateFile);
  const faults = createFaults();
  const webhooks = createWebhooks(state, faults, {
    url: webhookUrl,
    secret: webhookSecret,
    connect: { url: connectWebhookUrl, secret: connectWebhookSecret },
    enabledEvents: options.webhookEvents,
    ...options.webhookRetry,
  });
  const api = createApi({
    state,
    keys: { secretKey, publishableKey, restrictedKey },
    faults,
    committed: webhooks.wake,
  });
  let calls = 0;
  const control = createControl({ state, faults, webhooks, calls: () => calls });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? "/", "http://double");
    const method = request.method ?? "GET";
    const body = await readBody(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const origin = `http://${request.headers.host ?? `${host}:${address.port}`}`;
    const send = (status: number, fields: Record<string, string>, content: string) => {
      response
        .writeHead(status, { "stripe-double": "true", "cache-control": "no-store", ...fields })
        .end(content);
    };
    if (body === undefined) return send(413, { connection: "close" }, "");
    if (pathname.startsWith("/control")) {
      const result = control({ method, path: pathname, headers, body, origin });
      return send(result.status, result.headers, result.body);
    }
    if (method === "OPTIONS") return send(204, CORS, "");
    if (pathname.startsWith("/v1/")) {
      calls++;
      const result = await api({ method, path: pathname, query: search, headers, body, origin });
      if (!result) {
        request.socket.destroy();
        return;
      }
      return send(result.status, { ...CORS, ...result.headers }, result.body);
    }
    if (pathname === "/v3/" || pathname === "/v3") {
      return send(
        200,
        { ...CORS, "content-type": "text/javascript; charset=utf-8" },
        readFileSync(BROWSER_SCRIPT, "utf8"),
      );
    }
    if (pathname === "/v3/authenticate") {
      const now = Math.floor(Date.now() / 1000);
      const call = { state, client: true, origin, now, requestId: null, idempotencyKey: null };
      const result = authenticationPage(call, method, search, body);
      state.commit();
      webhooks.wake();
      return send(result.status, { ...CORS, ...result.headers }, result.body);
    }
    if (pathname.startsWith("/setup/")) {
      const now = Math.floor(Date.now() / 1000);
      const call = { state, client: true, origin, now, requestId: null, idempotencyKey: null };
      const result = onboardingPage(call, method, pathname.slice("/setup/".length), body);
      state.commit();
      webhooks.wake();
      return send(result.status, result.headers, result.body);
    }
    if (pathname === "/healthz") return send(200, { "content-type": "text/plain" }, "ok");
    if (pathname === "/") return send(302, { location: "/control" }, "");
    send(404, { "content-type": "text/plain" }, "This is a double of Stripe: see /control\n");
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      request.socket.destroy();
    });
  });
  server.listen(port, host);
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The Stripe double did not get a port");
  const address = bound;
  webhooks.wake();

  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    secretKey,
    publishableKey,
    webhookSecret,
    connectWebhookSecret,
    restrictedKey,
    faults,
    state,
    releaseWebhooks: webhooks.release,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await webhooks.close();
      state.close();
    },
  };
}

/** The body, or nothing if it is larger than any request of the API needs. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
