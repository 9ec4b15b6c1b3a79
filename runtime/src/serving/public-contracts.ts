import type { DescService } from "@bufbuild/protobuf";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { CaseService } from "@ticketing/proto/cases/v1/case_service";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { OperationsService as DeprecatedOperationsService } from "@ticketing/proto/catalog/v1/operations_service";
import { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import { EventService } from "@ticketing/proto/events/v1/event_service";
import { OperationsService } from "@ticketing/proto/operations/v1/operations_service";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { PaymentService } from "@ticketing/proto/payments/v1/payment_service";
import { PayoutService } from "@ticketing/proto/payouts/v1/payout_service";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";

/** The services that the gateway routes. Every process describes all of them, so that one route is enough. */
export const publicContracts: readonly DescService[] = [
  AuthService,
  CaseService,
  CatalogService,
  DeliveryService,
  EventService,
  DeprecatedOperationsService,
  OperationsService,
  OrderService,
  PaymentService,
  PayoutService,
  TicketService,
];
