import { z } from "zod";
import { completeOnboarding, payOut, restrictAccount } from "./accounts.ts";
import { ApiError, invalid, missing } from "./api-error.ts";
import { CONTROL_PAGE } from "./control-page.ts";
import { changeDueBy, closeDispute, escalateDispute, isOpen, openDispute, outcomes } from "./disputes.ts";
import { type Faults, faultSchema } from "./faults.ts";
import type { Account, Dispute, PaymentIntent } from "./objects.ts";
import type { Call } from "./operation.ts";
import { expireAuthorization, finishAuthentication } from "./payment-intents.ts";
import { settleRefund } from "./refunds.ts";
import type { State } from "./state.ts";
import type { Webhooks } from "./webhooks.ts";

export interface ControlRequest {
  method: string;
  path: string;
  headers: Record<string, string | undefined>;
  body: string;
  origin: string;
}
export interface ControlResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const intentSchema = z.object({ payment_intent: z.string() });
const openSchema = z.object({
  reason: z.string().default("fraudulent"),
  inquiry: z.boolean().optional(),
  /** Unix seconds. */
  due_by: z.number().int().optional(),
});
/** Unix seconds. */
const dueSchema = z.object({ due_by: z.number().int() });
const closeSchema = z.object({ status: z.enum(outcomes) });
const settleSchema = z.strictObject({
  refund: z.string(),
  status: z.enum(["requires_action", "succeeded", "failed", "canceled"]),
  /** docs.stripe.com/refunds#failed-refunds */
  failure_reason: z.string().max(100).optional(),
});

/**
 * What Stripe has no endpoint for: faults, disputes, lapsed authorisations, the state at a glance. JSON in and out.
 * `GET /control` page · `GET /control/state` · `GET /control/calls`, how many calls of the API there were · `GET|POST|DELETE /control/faults` · `DELETE /control/faults/:id`
 * · `POST /control/refunds/settle {refund, status, failure_reason?}` · `POST /control/disputes {payment_intent,
 * reason?, inquiry?, due_by?}` · `POST /control/disputes/escalate {payment_intent}` · `POST /control/disputes/close
 * {payment_intent, status: won|lost|warning_closed}` · `POST /control/disputes/due {payment_intent, due_by}` · `POST /control/authorizations/expire {payment_intent}`
 * · `POST /control/accounts/complete {account}` · `POST /control/accounts/restrict {account, reason?}` · `POST /control/accounts/pay_out {account}`
 * · `POST /control/authentications {payment_intent, success}` · `POST /control/webhooks/release` · `POST /control/webhooks/resend {event}`
 */
export function createControl({
  state,
  faults,
  webhooks,
  calls,
}: {
  state: State;
  faults: Faults;
  webhooks: Webhooks;
  /** How many calls of the API there were since this process began. */
  calls: () => number;
}): (request: ControlRequest) => ControlResponse {
  const routes: Record<string, (call: Call, body: unknown) => object> = {
    "GET /control/state": () => ({
      double: true,
      payment_intents: state.paymentIntents.all(),
      charges: state.charges.all(),
      refunds: state.refunds.all(),
      disputes: state.disputes.all(),
      accounts: state.accounts.all(),
      transfers: state.transfers.all(),
      reversals: state.reversals.all(),
      balance_transactions: state.balanceTransactions.all(),
      events: state.events.all().map((event) => ({
        id: event.id,
        type: event.type,
        created: event.created,
        object: event.data.object.id,
        pending_webhooks: event.pending_webhooks,
        ...webhooks.delivery(event.id),
      })),
      faults: faults.all(),
    }),
    "GET /control/calls": () => ({ calls: calls() }),
    "GET /control/faults": () => faults.all(),
    "POST /control/faults": (_call, body) => faults.add(faultSchema.parse(body)),
    "DELETE /control/faults": () => {
      faults.clear();
      webhooks.release();
      return [];
    },
    "POST /control/disputes": (call, body) => {
      const beginning = openSchema.parse(body);
      const charge = state.charges.get(intent(body).latest_charge ?? "");
      if (!charge?.captured) throw invalid("Only a captured payment can be disputed.");
      return openDispute(call, charge, beginning);
    },
    "POST /control/disputes/close": (call, body) => {
      const { status } = closeSchema.parse(body);
      return closeDispute(call, openDisputeOf(body), status);
    },
    "POST /control/disputes/due": (call, body) =>
      changeDueBy(call, openDisputeOf(body), dueSchema.parse(body).due_by),
    "POST /control/disputes/escalate": (call, body) => escalateDispute(call, openDisputeOf(body)),
    "POST /control/refunds/settle": (call, body) => {
      const { refund: id, ...outcome } = settleSchema.parse(body);
      const refund = state.refunds.get(id);
      if (!refund) throw missing("refund", id);
      return settleRefund(call, refund, outcome);
    },
    "POST /control/accounts/complete": (call, body) => completeOnboarding(call, account(body)),
    "POST /control/accounts/restrict": (call, body) =>
      restrictAccount(
        call,
        account(body),
        z.object({ reason: z.string().default("requirements.past_due") }).parse(body).reason,
      ),
    "POST /control/accounts/pay_out": (call, body) => payOut(call, account(body)),
    "POST /control/authorizations/expire": (call, body) => expireAuthorization(call, intent(body)),
    "POST /control/authentications": (call, body) =>
      finishAuthentication(call, intent(body), z.object({ success: z.boolean() }).parse(body).success),
    "POST /control/webhooks/release": () => {
      webhooks.release();
      return {};
    },
    "POST /control/webhooks/resend": (_call, body) => {
      const { event: id } = z.object({ event: z.string() }).parse(body);
      const event = state.events.get(id);
      if (!event) throw missing("event", id);
      webhooks.resend(event);
      return event;
    },
  };

  function intent(body: unknown): PaymentIntent {
    const { payment_intent: id } = intentSchema.parse(body);
    return state.paymentIntents.get(id) ?? fail(id);
  }

  function openDisputeOf(body: unknown): Dispute {
    const { id } = intent(body);
    const dispute = state.disputes.all().find((each) => each.payment_intent === id && isOpen(each));
    if (!dispute) throw invalid("This payment has no open dispute.");
    return dispute;
  }

  function account(body: unknown): Account {
    const { account: id } = z.object({ account: z.string() }).parse(body);
    const found = state.accounts.get(id);
    if (!found) throw missing("account", id);
    return found;
  }

  return (request) => {
    if (request.method === "GET" && /^\/control\/?$/.test(request.path)) {
      return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: CONTROL_PAGE };
    }
    try {
      // Another site's page must not reach the controls through its visitor's browser.
      if (request.headers.origin && request.headers.origin !== request.origin)
        throw new ApiError(403, "Foreign origin.");
      const body: unknown = request.body === "" ? {} : JSON.parse(request.body);
      const now = Math.floor(Date.now() / 1000);
      const call: Call = {
        state,
        client: false,
        origin: request.origin,
        now,
        requestId: null,
        idempotencyKey: null,
      };
      return json(200, route(request, call, body));
    } catch (error) {
      if (error instanceof ApiError) return json(error.status, error.body());
      if (error instanceof z.ZodError) return json(400, { error: { message: z.prettifyError(error) } });
      if (error instanceof SyntaxError) return json(400, { error: { message: "The body is not JSON." } });
      throw error;
    } finally {
      state.commit();
      webhooks.wake();
    }
  };

  function route({ method, path }: ControlRequest, call: Call, body: unknown): object {
    const handler = routes[`${method} ${path}`];
    if (handler) return handler(call, body);
    const [, id] = /^\/control\/faults\/([\w]+)$/.exec(path) ?? [];
    if (method === "DELETE" && id) {
      if (!faults.remove(id)) throw missing("fault", id);
      return {};
    }
    throw new ApiError(404, `No such control: ${method} ${path}`);
  }
}

function json(status: number, body: object): ControlResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body, null, 2) };
}

function fail(id: string): never {
  throw missing("payment_intent", id);
}
