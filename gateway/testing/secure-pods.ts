import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Certificate, makeAuthority } from "@ticketing/servers/certificates";
import { GET_TICKET } from "./http-request.ts";
import { mountSecret } from "./mounted-secret.ts";
import { startPod } from "./start-pod.ts";
import { startUpstream } from "./upstream.ts";

export type SecurePod = Awaited<ReturnType<typeof startPod>>;

/** Gateways on https for one spec: what stands behind them, whom their clients trust, and the Secret that they share. */
export async function openSecurePods() {
  const dir = await mkdtemp(join(tmpdir(), "gateway-tls-"));
  const folder = join(dir, "secret");
  const upstream = await startUpstream();
  const authority = makeAuthority();
  /** A new certificate for the host of these gateways. */
  const issue = (): Certificate => authority.issue({ names: ["localhost"] });
  await mkdir(folder);
  const secret = await mountSecret(folder, issue());
  const pods: SecurePod[] = [];
  return {
    upstream,
    authority: authority.cert,
    issue,
    renew: secret.renew,
    /** The addresses of clients whose requests reached a service. */
    seen: () =>
      upstream.requests
        .filter(({ path }) => path === GET_TICKET || path === "/")
        .map(({ headers }) => headers["x-client-address"]),
    /** One that ends TLS itself, unless its environment says otherwise. */
    async start(env: Readonly<Record<string, string>> = {}): Promise<SecurePod> {
      const pod = await startPod(dir, upstream.address, {
        PUBLIC_URL: "https://localhost:TLS_PORT",
        TLS_TERMINATION: "gateway",
        PUBLIC_TLS_DIR: env.TLS_TERMINATION === "proxy" ? "" : folder,
        ...env,
      });
      pods.push(pod);
      return pod;
    },
    async close(): Promise<void> {
      for (const { server } of pods) await server.stop();
      await upstream.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export type SecurePods = Awaited<ReturnType<typeof openSecurePods>>;
