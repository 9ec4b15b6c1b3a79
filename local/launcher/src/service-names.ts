import { routedServices } from "@ticketing/gateway/routed-services";

/** Every process of ours that signs calls; the ids of its keys begin with its name, which is also its folder. */
export const serviceNames = [...routedServices, "workflows"] as const;

export type ServiceName = (typeof serviceNames)[number];
