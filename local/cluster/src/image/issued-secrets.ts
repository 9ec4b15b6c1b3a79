import type { Authority } from "@ticketing/servers/certificates";
import { type KubernetesObject, kubernetesObject } from "../objects.ts";
import { certificates } from "../tls/certificates.ts";

/** The Secrets that cert-manager makes of an overlay's Certificates, each for `localhost` too, where this machine's are. */
export function issuedSecrets(
  objects: readonly KubernetesObject[],
  authority: Authority,
): KubernetesObject[] {
  return certificates(objects).map(({ secretName, dnsNames, isCA }) => {
    const { cert, key } = isCA ? authority : authority.issue({ names: [...dnsNames, "localhost"] });
    const files = { "tls.crt": cert, "tls.key": key, "ca.crt": authority.cert };
    return kubernetesObject.parse({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: secretName },
      data: Object.fromEntries(
        Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString("base64")]),
      ),
    });
  });
}
