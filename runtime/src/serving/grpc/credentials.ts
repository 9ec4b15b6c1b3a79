import { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";
import type { TransportSecurity } from "../../process/transport-security.ts";

/** With which a port of grpc-js is bound: by TLS where there is security. Its servers are to be kept renewed. */
export function serverCredentials(security: TransportSecurity | undefined): ServerCredentials {
  if (!security) return ServerCredentials.createInsecure();
  const { cert, key } = security.serverOptions();
  return ServerCredentials.createSsl(null, [
    { private_key: Buffer.from(String(key)), cert_chain: Buffer.from(String(cert)) },
  ]);
}

/** With which a channel of grpc-js calls others of the mesh: by TLS where there is security. */
export const channelCredentials = (security: TransportSecurity | undefined): ChannelCredentials =>
  security ? ChannelCredentials.createFromSecureContext(security.trust) : ChannelCredentials.createInsecure();
