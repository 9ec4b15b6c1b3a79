import { ChannelCredentials } from "@grpc/grpc-js";
import type { TransportSecurity } from "../../process/transport-security.ts";

/** With which a channel of grpc-js calls others of the mesh: by TLS where there is security. */
export const channelCredentials = (security: TransportSecurity | undefined): ChannelCredentials =>
  security ? ChannelCredentials.createFromSecureContext(security.trust) : ChannelCredentials.createInsecure();
