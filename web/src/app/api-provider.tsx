import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { queryClient } from "../api/query-client.ts";
import { loadSession } from "../session/session.ts";
import { transport } from "../session/transport.ts";

void loadSession();

/** The API for every screen. It is a chunk of its own, so that the shell is drawn while it loads. */
export default function ApiProvider({ children }: { children: ReactNode }) {
  return (
    <TransportProvider transport={transport}>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </TransportProvider>
  );
}
