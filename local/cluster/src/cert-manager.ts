import { z } from "zod";

/** Hours, of which durations here are made: `720h`. */
const hours = z.string().regex(/^\d+h$/);
const issuerRef = z.strictObject({
  group: z.literal("cert-manager.io"),
  kind: z.enum(["Issuer", "ClusterIssuer"]),
  name: z.string(),
});
const renewed = <T extends { duration: string; renewBefore: string }>({ duration, renewBefore }: T) =>
  Number.parseInt(renewBefore, 10) < Number.parseInt(duration, 10);

/** Signs others. Renewed with another key, it would leave those that it signed before without anybody to vouch for them. */
const authority = z
  .strictObject({
    secretName: z.string(),
    commonName: z.string(),
    isCA: z.literal(true),
    duration: hours,
    renewBefore: hours,
    usages: z.array(z.enum(["cert sign", "crl sign", "digital signature"])),
    privateKey: z.strictObject({
      algorithm: z.literal("ECDSA"),
      size: z.literal(256),
      rotationPolicy: z.literal("Never"),
    }),
    issuerRef,
  })
  .refine(renewed, "is renewed after it has ended");

/** Of somebody who is called: for a short time, with a new key each time. */
const certificate = z
  .strictObject({
    secretName: z.string(),
    isCA: z.literal(false).optional(),
    secretTemplate: z
      .strictObject({ labels: z.strictObject({ "cnpg.io/reload": z.literal("") }) })
      .optional(),
    dnsNames: z.array(z.string().regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/)).min(1),
    duration: hours.refine((text) => Number.parseInt(text, 10) <= 2160, "is for longer than 90 days"),
    renewBefore: hours,
    usages: z.array(z.enum(["server auth", "client auth"])).min(1),
    privateKey: z.strictObject({
      algorithm: z.literal("ECDSA"),
      size: z.literal(256),
      rotationPolicy: z.literal("Always"),
    }),
    issuerRef,
  })
  .refine(renewed, "is renewed after it has ended");

const reference = z.strictObject({ name: z.string(), key: z.string() });

/** What we say in cert-manager's resources, of what their schemas allow (v1, as in its release 1.21). */
export const certManagerSchemas = {
  "cert-manager.io/v1 Issuer": z.union([
    z.strictObject({ selfSigned: z.strictObject({}) }),
    z.strictObject({ ca: z.strictObject({ secretName: z.string() }) }),
  ]),
  "cert-manager.io/v1 ClusterIssuer": z.strictObject({
    acme: z.strictObject({
      server: z.url(),
      email: z.email(),
      privateKeySecretRef: z.strictObject({ name: z.string() }),
      solvers: z.array(
        z.strictObject({
          dns01: z.strictObject({ cloudflare: z.strictObject({ apiTokenSecretRef: reference }) }),
        }),
      ),
    }),
  }),
  "cert-manager.io/v1 Certificate": z.discriminatedUnion("isCA", [authority, certificate]),
} satisfies Record<string, z.ZodType>;
