import { posix } from "node:path";
import type { Container, PodSpec } from "../objects.ts";

/** A key of a Secret that is a file of a container. */
export interface SecretFile {
  readonly secret: string;
  readonly key: string;
}

/** The Secret and the key that are at a path of a container; undefined where no Secret is. */
export function secretFile(pod: PodSpec, container: Container, path: string): SecretFile | undefined {
  const mount = container.volumeMounts.find(({ mountPath }) => mountPath === posix.dirname(path));
  const volume = pod.volumes.find(({ name }) => name === mount?.name);
  const file = posix.basename(path);
  if (volume?.secret) return { secret: volume.secret.secretName, key: file };
  for (const { secret } of volume?.projected?.sources ?? []) {
    const item = secret?.items?.find((each) => each.path === file);
    if (secret && item) return { secret: secret.name, key: item.key };
  }
  return undefined;
}

/** The Secret whose `ca.crt` is at a path, by which a container trusts others. */
export function trustedSecret(pod: PodSpec, container: Container, path: string): string | undefined {
  const file = secretFile(pod, container, path);
  return file?.key === "ca.crt" ? file.secret : undefined;
}

/** The Secret with certificate and key that are at two paths; undefined if they are not a pair. */
export function ownSecret(
  pod: PodSpec,
  container: Container,
  { certificate, key }: { certificate: string; key: string },
): string | undefined {
  const [own, its] = [secretFile(pod, container, certificate), secretFile(pod, container, key)];
  return own?.key === "tls.crt" && its?.key === "tls.key" && own.secret === its.secret
    ? own.secret
    : undefined;
}
