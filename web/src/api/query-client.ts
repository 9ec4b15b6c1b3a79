import { QueryClient } from "@tanstack/react-query";
import { isPassing } from "./reason.ts";

/** How often a read is repeated after a failure that may be temporary. Writes are never repeated here. */
const RETRIES = 2;

/** What the screens have read, shared by all of them. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < RETRIES && isPassing(error),
    },
    // A write without a connection fails at once and is not sent later.
    mutations: { retry: false, networkMode: "always" },
  },
});
