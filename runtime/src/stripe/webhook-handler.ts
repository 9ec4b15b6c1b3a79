import type { PublicReason } from "@ticketing/proto/reason";
import { DomainError, toConnectError } from "../process/domain-error.ts";
import { jsonResponse } from "../serving/error-response.ts";
import type { HttpRequest, HttpResponse } from "../serving/serve.ts";

const received: HttpResponse = { status: 200, body: JSON.stringify({ received: true }) };

function refused(reason: PublicReason, message: string, status: number, headers = {}): HttpResponse {
  const answer = jsonResponse(toConnectError(new DomainError(reason, message)), status);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/**
 * Answers what Stripe posts. `read` gives what a signed message says, and undefined where its signature or age is wrong:
 * that is refused. What `take` throws is a failure of ours, so a 500, and Stripe sends the message again.
 */
export const webhookHandler =
  <E>(read: (body: Uint8Array, signature: string) => E | undefined, take: (event: E) => Promise<void>) =>
  async ({ method, headers, body }: HttpRequest): Promise<HttpResponse> => {
    if (method !== "POST") {
      return refused("HTTP_NOT_SUPPORTED", "the HTTP method here is POST", 405, { allow: "POST" });
    }
    const signature = headers["stripe-signature"];
    const event = typeof signature === "string" ? read(body, signature) : undefined;
    if (event === undefined) return refused("BAD_REQUEST", "bad signature", 400);
    await take(event);
    return received;
  };
