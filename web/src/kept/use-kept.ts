import { useQuery, useQueryClient } from "@tanstack/react-query";
import { forgetTickets, KEPT } from "./forget.ts";
import { type KeptFacts, type KeptTicket, keptTicket, keptTickets } from "./kept-tickets.ts";

// The browser's own database needs no connection, and what is read is in memory no longer than it is shown.
const local = { networkMode: "always", retry: false, staleTime: 0, gcTime: 0 } as const;

/** The ticket of an order as it is kept here; null: it is not, or the browser keeps nothing. Undefined until it is read. */
export function useKeptTicket(orderId: string): KeptTicket | null | undefined {
  const { data, isError } = useQuery({
    ...{ ...local, queryKey: [KEPT, orderId] },
    queryFn: async () => (await keptTicket(orderId)) ?? null,
  });
  return isError ? null : data;
}

/** All tickets that are kept here; none where the browser keeps nothing. Undefined until they are read. */
export function useKeptTickets(): readonly KeptFacts[] | undefined {
  const { data, isError } = useQuery({ ...local, queryKey: [KEPT], queryFn: keptTickets });
  return isError ? [] : data;
}

/** Forgets the ticket of an order, also on the screen. */
export function useForget(): (orderId: string) => void {
  const client = useQueryClient();
  return (orderId) => void forgetTickets([orderId]).then(() => client.resetQueries({ queryKey: [KEPT] }));
}
