import { type RoutedService, routedServices } from "@ticketing/gateway/routed-services";
import { freePort, isFree } from "@ticketing/servers/ports";
import type { ServiceName } from "./service-names.ts";

/** Ports of our services: the public one has the name of the service. */
type ServicePort = RoutedService | `${ServiceName}Internal`;

/** Offsets from `--port-base` (8080): the one table of ports. Services have theirs from 10 on, in their order. */
const offsets = {
  gateway: 0,
  gatewayAdmin: 1,
  web: 2,
  stripe: 3,
  temporalUi: 4,
  temporal: 5,
  nats: 6,
  mongo: 7,
  workflowsInternal: 9,
  // Both ports of every service are among the entries.
  ...(Object.fromEntries(
    routedServices.flatMap((service, index) => [
      [service, 10 + 2 * index],
      [`${service}Internal`, 11 + 2 * index],
    ]),
  ) as Record<Exclude<ServicePort, "workflowsInternal">, number>),
};

export type PortName = keyof typeof offsets;
export type PortPlan = Readonly<Record<PortName, number>>;

/** Ports at fixed offsets from a base, each checked to be free; without a base, any free ones. */
export async function planPorts(base?: number): Promise<PortPlan> {
  const names = Object.keys(offsets) as PortName[];
  const entries: [PortName, number][] = [];
  for (const name of names)
    entries.push([name, base === undefined ? await freePort() : base + offsets[name]]);
  if (base !== undefined) {
    const taken: string[] = [];
    for (const [name, port] of entries) if (!(await isFree(port))) taken.push(`${port} (${name})`);
    if (taken.length > 0) {
      throw new Error(
        `In use already: port ${taken.join(", ")}. Stop what listens there (npm stop, if it is a mesh of this ` +
          "folder) or choose other ports with --port-base.",
      );
    }
  }
  return Object.fromEntries(entries) as Record<PortName, number>;
}
