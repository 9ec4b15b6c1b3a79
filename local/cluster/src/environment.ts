import { type Container, configMap, type KubernetesObject, secret } from "./objects.ts";

/**
 * The environment of a container, made as the kubelet makes it: ConfigMaps first, then its own variables in their
 * order, in which `$(NAME)` stands for an earlier one of its own. Throws when something named is not there.
 */
export function environment(
  container: Container,
  objects: readonly KubernetesObject[],
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { configMapRef } of container.envFrom) {
    Object.assign(env, required(configMap(objects, configMapRef.name), `ConfigMap ${configMapRef.name}`));
  }
  const own: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env) {
    if (value !== undefined) own[name] = expand(value, own);
    else if (valueFrom?.secretKeyRef) {
      const { name: holder, key } = valueFrom.secretKeyRef;
      own[name] = required(secret(objects, holder)?.[key], `key ${key} of Secret ${holder}`);
    } else if (valueFrom?.configMapKeyRef) {
      const { name: holder, key } = valueFrom.configMapKeyRef;
      own[name] = required(configMap(objects, holder)?.[key], `key ${key} of ConfigMap ${holder}`);
    } else if (valueFrom?.fieldRef) own[name] = valueFrom.fieldRef.fieldPath;
    else own[name] = "";
  }
  return { ...env, ...own };
}

/** As https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#envvar-v1-core says of `value`. */
const expand = (value: string, earlier: Readonly<Record<string, string>>): string =>
  value.replace(/\$\$|\$\(([^)]+)\)/g, (found, name?: string) =>
    name === undefined ? "$" : (earlier[name] ?? found),
  );

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is not there`);
  return value;
}
