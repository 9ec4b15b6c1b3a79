import { setTimeout as wait } from "node:timers/promises";
import { accountOperations } from "./accounts.ts";
import { ApiError } from "./api-error.ts";
import { authenticate, type Keys, requireAccess } from "./authentication.ts";
import { balanceOperations } from "./balance.ts";
import { disputeOperations } from "./disputes.ts";
import type { Fault, FaultKind, Faults } from "./faults.ts";
import { type Form, parseForm } from "./form.ts";
import { createIdempotency } from "./idempotency.ts";
import { newId } from "./ids.ts";
import { API_VERSION, type Operation } from "./operation.ts";
import { paymentIntentOperations } from "./payment-intent-operations.ts";
import { paymentMethodOperations } from "./payment-methods.ts";
import { readOperations } from "./read-operations.ts";
import { refundOperations } from "./refunds.ts";
import { clientView, render } from "./rendering.ts";
import type { State } from "./state.ts";
import { transferOperations } from "./transfers.ts";

export interface ApiRequest {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string | undefined>;
  body: string;
  /** Where the caller reached us, e.g. `http://127.0.0.1:4242`. */
  origin: string;
}

/** What to send; `undefined` for closing the connection without an answer. */
export type ApiResponse = { status: number; headers: Record<string, string>; body: string } | undefined;

/** An answer, and whether the endpoint had begun to act when it was made. */
interface Answer {
  status: number;
  body: string;
  acted: boolean;
}

const ROUTES = [
  ...paymentIntentOperations,
  ...paymentMethodOperations,
  ...disputeOperations,
  ...refundOperations,
  ...readOperations,
  ...accountOperations,
  ...transferOperations,
  ...balanceOperations,
].map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replace(":id", "([^/]+)")}/?$`),
}));

/** The part of Stripe's API under `/v1` that a marketplace of tickets uses: docs.stripe.com/api */
export function createApi({
  state,
  keys,
  faults,
  committed,
}: {
  state: State;
  keys: Keys;
  faults: Faults;
  /** Called after changes are safe, so that webhooks go out. */
  committed: () => void;
}): (request: ApiRequest) => Promise<ApiResponse> {
  const idempotency = createIdempotency(state);

  return async (request) => {
    const requestId = newId("req");
    const now = Math.floor(Date.now() / 1000);
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "request-id": requestId,
      "stripe-version": request.headers["stripe-version"] ?? API_VERSION,
    };
    const key = request.method === "POST" ? request.headers["idempotency-key"] : undefined;
    if (key) headers["idempotency-key"] = key;
    const endpoint = `${request.method} ${request.path}`;
    let begun = false;
    let answer: Answer | undefined;
    try {
      const form = parseForm(request.method === "POST" ? request.body : request.query);
      const caller = authenticate(keys, request.headers.authorization, form.key);
      const client = caller === "browser";
      const { operation, id } = findOperation(request.method, request.path);
      requireAccess(operation, caller);
      const named = namesIn(id, form);
      const takeFault = (kind: FaultKind): Fault | undefined => faults.take(kind, operation.name, named);
      const rejection = takeFault("reject");
      if (rejection) throw refusalOf(rejection);
      if (key) {
        const saved = idempotency.begin(key, endpoint, request.body, now);
        if (saved) {
          return {
            status: saved.status,
            headers: {
              ...headers,
              "idempotent-replayed": "true",
              "original-request": saved.requestId,
              ...retryAdvice(saved.status),
            },
            body: saved.body,
          };
        }
        begun = true;
      }
      await wait(takeFault("delay")?.milliseconds ?? 0);
      if (takeFault("hang")) await faults.over();
      if (takeFault("drop_request")) return undefined;
      const call = {
        state,
        client,
        origin: request.origin,
        now: Math.floor(Date.now() / 1000),
        requestId,
        idempotencyKey: key ?? null,
      };
      const refusal = takeFault("refuse");
      answer = takeFault("error_before")
        ? failure(false)
        : takeFault("saved_error_before")
          ? failure(true)
          : refusal
            ? answerError(refusalOf(refusal), client, true)
            : act(
                operation.prepare(call, form, id),
                (result) => render(state, result, client, expansions(form)),
                client,
              );
      if (takeFault("error_after")) answer = failure(true);
      const drop = takeFault("drop_response");
      const slow = takeFault("delay_response");
      keep();
      await wait(slow?.milliseconds ?? 0);
      if (drop) return undefined;
      return {
        status: answer.status,
        headers: { ...headers, ...retryAdvice(answer.status) },
        body: answer.body,
      };
    } catch (error) {
      const { status, body } = answerError(error, false, false);
      return { status, headers: { ...headers, ...retryAdvice(status) }, body };
    } finally {
      keep();
    }

    /** Commits changes, events and the kept answer together, before anything is sent; the second call does nothing. */
    function keep(): void {
      if (key && begun) {
        begun = false;
        const kept = answer?.acted
          ? { status: answer.status, body: answer.body, requestId, created: now }
          : undefined;
        idempotency.end(key, endpoint, request.body, kept);
      }
      state.commit();
      committed();
    }
  };
}

/**
 * Acts, and shows the result. The answer is kept by an idempotency key from here on, a refusal too: only what is
 * found before an endpoint begins is not (docs.stripe.com/api/idempotent_requests).
 */
function act(work: () => object, show: (result: object) => object, client: boolean): Answer {
  try {
    return { status: 200, body: JSON.stringify(show(work())), acted: true };
  } catch (error) {
    return answerError(error, client, true);
  }
}

function answerError(error: unknown, client: boolean, acted: boolean): Answer {
  if (!(error instanceof ApiError)) {
    console.error(error);
    return failure(false);
  }
  const body = error.body();
  const { payment_intent: intent } = error.details;
  if (client && intent) body.error.payment_intent = clientView({ ...intent });
  return { status: error.status, body: JSON.stringify(body), acted };
}

const refusalOf = ({ status, type, code }: Fault): ApiError =>
  new ApiError(status, "Refused by a fault of the double.", { type, code });

/** docs.stripe.com/error-low-level#server-errors: the outcome is indeterminate. */
function failure(acted: boolean): Answer {
  const error = new ApiError(500, "An unknown error occurred", { type: "api_error" });
  return { status: error.status, body: JSON.stringify(error.body()), acted };
}

/** docs.stripe.com/error-low-level#should-retry: the header that SDKs obey; a kept 500 would only be repeated. */
function retryAdvice(status: number): Record<string, string> {
  if (status === 409) return { "stripe-should-retry": "true" };
  return status >= 500 ? { "stripe-should-retry": "false" } : {};
}

/** The objects that a call is about, for faults of only some. */
function namesIn(id: string, { payment_intent: intent, transfer_group: group, metadata }: Form): string[] {
  const order = typeof metadata === "object" && !Array.isArray(metadata) ? metadata.order_id : undefined;
  return [id, intent, group, order].filter((name) => typeof name === "string" && name !== "") as string[];
}

function expansions(form: Form): string[] {
  return Array.isArray(form.expand)
    ? form.expand.map(String)
    : typeof form.expand === "string"
      ? [form.expand]
      : [];
}

function findOperation(method: string, path: string): { operation: Operation; id: string } {
  for (const { operation, pattern } of ROUTES) {
    const match = operation.method === method && pattern.exec(path);
    if (match) return { operation, id: match[1] ?? "" };
  }
  throw new ApiError(
    404,
    `Unrecognized request URL (${method}: ${path}), or one that this double does not know.`,
  );
}
