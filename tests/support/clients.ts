import { Code, ConnectError, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-node";
import type { SignIn } from "@ticketing/launcher/mesh-file";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { CaseService } from "@ticketing/proto/cases/v1/case_service";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import { EventService } from "@ticketing/proto/events/v1/event_service";
import { OperationsService } from "@ticketing/proto/operations/v1/operations_service";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { PaymentService } from "@ticketing/proto/payments/v1/payment_service";
import { PayoutService } from "@ticketing/proto/payouts/v1/payout_service";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";

/** The public API over any transport. */
export function clientsOver(transport: Transport) {
  return {
    auth: createClient(AuthService, transport),
    tickets: createClient(TicketService, transport),
    orders: createClient(OrderService, transport),
    payments: createClient(PaymentService, transport),
    payouts: createClient(PayoutService, transport),
    cases: createClient(CaseService, transport),
    catalog: createClient(CatalogService, transport),
    events: createClient(EventService, transport),
    deliveries: createClient(DeliveryService, transport),
    operations: createClient(OperationsService, transport),
  };
}

/** Lets calls carry the token. */
export const bearer =
  (token: () => string): Interceptor =>
  (next) =>
  (request) => {
    request.header.set("authorization", `Bearer ${token()}`);
    return next(request);
  };

/** The public API through the gateway, as gRPC-Web; the calls carry the token if there is one. */
export function createClients(gateway: string, token?: () => string) {
  const interceptors = token ? [bearer(token)] : [];
  return clientsOver(createGrpcWebTransport({ baseUrl: gateway, httpVersion: "1.1", interceptors }));
}

/** A person at the gateway. */
export interface Person extends ReturnType<typeof clientsOver> {
  readonly userId: string;
  readonly accessToken: string;
  readonly displayName: string;
}

/** Signs a person up, or in if the account is there, and returns clients that act for them. */
export async function enter(gateway: string, { email, password, displayName }: SignIn): Promise<Person> {
  const anonymous = createClients(gateway);
  await anonymous.auth.signUp({ email, password, displayName }).catch((error: unknown) => {
    if (ConnectError.from(error).code !== Code.AlreadyExists) throw error;
  });
  const grant = { case: "credentials" as const, value: { email, password } };
  const { accessToken, user } = await anonymous.auth.issueToken({ grant });
  return { ...createClients(gateway, () => accessToken), userId: user?.id ?? "", accessToken, displayName };
}
