import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { z } from "zod";
import { type KubernetesObject, ofKind } from "../objects.ts";

const spec = z.object({
  spec: z.object({
    secretName: z.string(),
    dnsNames: z.array(z.string()).default([]),
    usages: z.array(z.string()).default([]),
    isCA: z.boolean().default(false),
    secretTemplate: z
      .object({ labels: z.record(z.string(), z.string()).default({}) })
      .default({ labels: {} }),
    issuerRef: z.object({ kind: z.string(), name: z.string() }),
  }),
});

export type Certificate = z.output<typeof spec>["spec"] & { readonly name: string };

/** What cert-manager is asked for. */
export const certificates = (objects: readonly KubernetesObject[]): Certificate[] =>
  ofKind(objects, "Certificate").map((object) => ({
    name: object.metadata.name,
    ...spec.parse(object).spec,
  }));

/**
 * Whether a client that calls `host` takes this certificate for its: by the rules of Node.js, which of all the clients
 * here allow the fewest wildcards.
 */
export const isNamed = ({ dnsNames }: Certificate, host: string): boolean =>
  checkServerIdentity(host, {
    subject: {},
    subjectaltname: dnsNames.map((name) => `DNS:${name}`).join(", "),
  } as PeerCertificate) === undefined;

const issuer = z.object({ spec: z.object({ ca: z.object({ secretName: z.string() }).optional() }) });

/** The Secret of the authority that issues a certificate; undefined where it is none of this mesh. */
export function authorityOf(
  { issuerRef }: Certificate,
  objects: readonly KubernetesObject[],
): string | undefined {
  if (issuerRef.kind !== "Issuer") return undefined;
  const found = ofKind(objects, "Issuer").find(({ metadata }) => metadata.name === issuerRef.name);
  return found && issuer.parse(found).spec.ca?.secretName;
}

/** Whether an Issuer of this mesh issues it: one that signs with a key that the mesh has made for itself. */
export const isOfMesh = ({ issuerRef }: Certificate, objects: readonly KubernetesObject[]): boolean =>
  issuerRef.kind === "Issuer" &&
  ofKind(objects, "Issuer").some(({ metadata }) => metadata.name === issuerRef.name);

/** Contradictions between certificates, or with their issuers; one sentence each. */
export function certificateFaults(objects: readonly KubernetesObject[]): string[] {
  const all = certificates(objects);
  const issuers = ofKind(objects, "Issuer").map(({ metadata }) => metadata.name);
  const namespace = new Map(
    ofKind(objects, "Certificate").map((o) => [o.metadata.name, o.metadata.namespace]),
  );
  return all.flatMap(({ name, secretName, dnsNames, issuerRef }) => {
    const faults: string[] = [];
    if (all.some((other) => other.name !== name && other.secretName === secretName))
      faults.push(`is written into Secret ${secretName}, as another is`);
    if (issuerRef.kind === "Issuer" && !issuers.includes(issuerRef.name))
      faults.push(`is to be issued by ${issuerRef.name}, which is not there`);
    for (const dnsName of dnsNames) {
      const [, space] = /\.([^.]+)\.svc(?:\.|$)/.exec(dnsName) ?? [];
      if (space !== undefined && space !== namespace.get(name))
        faults.push(`is for ${dnsName}, which is in another namespace`);
    }
    return faults.map((fault) => `Certificate ${name} ${fault}`);
  });
}
