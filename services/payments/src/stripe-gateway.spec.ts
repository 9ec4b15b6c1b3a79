import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createStripeGateway } from "./stripe-gateway.ts";

const LONGEST_CALL_MS = 600;
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Stripe, as far as it gets with each answer. */
async function stripeThat(answers: (response: ServerResponse) => void) {
  const started = createServer((_request, response) => answers(response));
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return createStripeGateway({
    secretKey: "sk_test_double",
    webhookSecrets: ["whsec_double"],
    url: `http://127.0.0.1:${(started.address() as AddressInfo).port}`,
    longestCallMs: LONGEST_CALL_MS,
    keyWatch: { accepted: () => undefined, refused: () => undefined, ping: async () => undefined },
  });
}

describe("a call to Stripe ends in time with an unknown outcome", () => {
  it.each([
    ["accepts the connection and says nothing", () => undefined],
    ["stops after the headers", (response: ServerResponse) => response.writeHead(200).write("{")],
    [
      "sends a byte now and then",
      (response: ServerResponse) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(" "), 100);
        response.once("close", () => clearInterval(timer));
      },
    ],
  ] as const)("when it %s", async (_, answers) => {
    const stripe = await stripeThat(answers);
    const begun = performance.now();
    await expect(stripe.capture("pi_1", "order:capture:0")).rejects.toMatchObject({ kind: "unknown" });
    expect(performance.now() - begun).toBeLessThan(2 * LONGEST_CALL_MS);
  });
});
