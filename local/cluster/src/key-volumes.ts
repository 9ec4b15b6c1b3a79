import { serviceNames } from "@ticketing/launcher/service-names";
import { z } from "zod";
import { ownImage } from "./configurations.ts";
import {
  type Container,
  type KubernetesObject,
  ofKind,
  secret,
  type Workload,
  workloads,
} from "./objects.ts";

type Volume = Workload["pod"]["volumes"][number];
type Sources = NonNullable<NonNullable<Volume["projected"]>["sources"][number]["secret"]>[];

/** The Secret that has the public keys of all services. */
const PUBLIC_KEYS = "service-keys";

/**
 * Keys roll while pods run: each pod has every service's public keys, and what it mounts of a Secret is renewed. One
 * sentence for each place where that is not so.
 */
export function keyVolumeFaults(objects: readonly KubernetesObject[]): string[] {
  const fixed = ofKind(objects, "Secret")
    .filter(({ immutable }) => immutable === true)
    .map(({ metadata }) => `Secret ${metadata.name} is immutable: no key in it can roll`);
  const faults = workloads(objects).flatMap((workload) =>
    [...workload.pod.initContainers, ...workload.pod.containers].flatMap((container) =>
      [...frozenMounts(container, workload), ...missingKeys(container, workload, objects)].map(
        (fault) => `${workload.kind} ${workload.name}, container ${container.name}: ${fault}`,
      ),
    ),
  );
  return [...fixed, ...faults];
}

/** The kubelet renews a mounted folder, and never a file that is mounted alone. */
const frozenMounts = (container: Container, { pod }: Workload): string[] =>
  container.volumeMounts
    .filter(({ subPath, subPathExpr }) => subPath !== undefined || subPathExpr !== undefined)
    .filter(({ name }) => pod.volumes.some((volume) => volume.name === name && sourcesOf(volume).length > 0))
    .map(({ name, mountPath }) => `${mountPath} is a subPath of ${name}, which is never renewed`);

function missingKeys(
  container: Container,
  workload: Workload,
  objects: readonly KubernetesObject[],
): string[] {
  const image = ownImage(container);
  if (!image) return [];
  const files = container.env.filter(({ name }) => /_KEYS?_FILE$/.test(name));
  const faults = files.flatMap(({ name, value = "" }) => {
    const holder = name === "SERVICE_KEYS_FILE" ? PUBLIC_KEYS : workload.name;
    const source = sourceOf(value, container, workload, objects);
    const from = source?.name;
    if (source && from === holder)
      return contentFaults(name, value, workload, secret(objects, from)?.[source.key] ?? "");
    return [
      `${name} is ${value}, which is ${from ? `Secret ${from}'s` : "in no Secret"} and not ${holder}'s`,
    ];
  });
  const names = files.map(({ name }) => name);
  if (names.includes("SERVICE_KEY_FILE") && !names.includes("SERVICE_KEYS_FILE"))
    faults.push("it has a key and no public keys of others");
  return faults;
}

/** What a JWKS, or a key alone, has to say of each key for the checks. */
const jwk = z.looseObject({ kid: z.string(), d: z.string().optional() });
const jwks = z.object({ keys: z.array(jwk) });

/** Where a file is not what its variable says: a service's own key first, that of access tokens, all public ones. */
function contentFaults(variable: string, file: string, workload: Workload, text: string): string[] {
  const keys = keysIn(text);
  if (keys.length === 0) return [`${variable} is ${file}, which holds no key`];
  const isServices = ({ kid }: { kid: string }, name: string) => kid.split("/")[0] === name;
  if (variable === "SERVICE_KEYS_FILE")
    return serviceNames
      .filter((name) => !keys.some((key) => isServices(key, name)))
      .map((name) => `${variable} is ${file}, which has no key of ${name}`);
  const [signs] = keys;
  const own = variable === "SERVICE_KEY_FILE";
  if (!signs?.d || own !== isServices(signs, workload.name))
    return [`${variable} is ${file}, which holds another key`];
  return [];
}

function keysIn(text: string): z.output<typeof jwk>[] {
  try {
    const value: unknown = JSON.parse(text);
    return jwks.safeParse(value).data?.keys ?? [jwk.parse(value)];
  } catch {
    return [];
  }
}

/** The Secret that a file of a container comes from, and its key there. */
function sourceOf(
  file: string,
  container: Container,
  { pod }: Workload,
  objects: readonly KubernetesObject[],
): { name: string; key: string } | undefined {
  const mount = container.volumeMounts.find(({ mountPath }) => file.startsWith(`${mountPath}/`));
  const volume = mount && pod.volumes.find(({ name }) => name === mount.name);
  if (!mount || !volume) return undefined;
  const path = file.slice(mount.mountPath.length + 1);
  return sourcesOf(volume)
    .flatMap(({ name, items }) => {
      const all = items ?? Object.keys(secret(objects, name) ?? {}).map((key) => ({ key, path: key }));
      return all.map((item) => ({ name, ...item }));
    })
    .find((item) => item.path === path);
}

const sourcesOf = ({ projected, secret: whole }: Volume): Sources => [
  ...(projected?.sources.flatMap((source) => source.secret ?? []) ?? []),
  ...(whole ? [{ name: whole.secretName }] : []),
];
