import { addresses } from "@ticketing/runtime/process/config";

/** The services that the gateway routes to, each by a cluster of its name, in the order that their ports have. */
export const routedServices = [
  "auth",
  "tickets",
  "orders",
  "payments",
  "catalog",
  "events",
  "operations",
  "deliveries",
  "payouts",
  "cases",
] as const;

export type RoutedService = (typeof routedServices)[number];

/** What each service is given, under its name. */
export function forEachRouted<T>(of: (service: RoutedService) => T): Record<RoutedService, T> {
  // Every service is among the entries.
  return Object.fromEntries(routedServices.map((service) => [service, of(service)])) as Record<
    RoutedService,
    T
  >;
}

/** The variable that has a service's public addresses. */
export type AddressVariable = `${Uppercase<RoutedService>}_ADDRESS`;

export const addressVariable = (service: RoutedService) =>
  `${service.toUpperCase()}_ADDRESS` as AddressVariable;

/** The settings with the public addresses of all services. */
// Every variable is among the entries.
export const addressSettings = Object.fromEntries(
  routedServices.map((service) => [addressVariable(service), addresses]),
) as Record<AddressVariable, typeof addresses>;
