import { freePort, isFree } from "@ticketing/servers/ports";

/** Offsets from `--port-base` (8080): the one table of ports. */
const offsets = {
  gateway: 0,
  gatewayAdmin: 1,
  web: 2,
  stripe: 3,
  temporalUi: 4,
  temporal: 5,
  nats: 6,
  mongo: 7,
  auth: 10,
  authInternal: 11,
  tickets: 12,
  ticketsInternal: 13,
  orders: 14,
  ordersInternal: 15,
  payments: 16,
  paymentsInternal: 17,
  catalog: 18,
  catalogInternal: 19,
  workflowsInternal: 21,
} as const;

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
