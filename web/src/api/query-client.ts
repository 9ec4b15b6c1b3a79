import { QueryClient } from "@tanstack/react-query";
import { isPassing } from "./reason.ts";

/** How often a read is repeated when the failure may pass by itself. Writes are never repeated here. */
const RETRIES = 2;

/** What the screens have read, shared by all of them. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < RETRIES && isPassing(error),
    },
    // Without a connection a write fails at once: none is kept to happen by itself when it is back.
    mutations: { retry: false, networkMode: "always" },
  },
});
