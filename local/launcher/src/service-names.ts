/** Every process of ours that signs calls; the name is also its key's id and its folder. */
export const serviceNames = ["auth", "tickets", "orders", "payments", "catalog", "workflows"] as const;

export type ServiceName = (typeof serviceNames)[number];
