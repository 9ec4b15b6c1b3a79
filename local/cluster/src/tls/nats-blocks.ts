import { configMap, type KubernetesObject, type Workload } from "../objects.ts";

/** The broker's configuration as one text, without comments, with its includes where they stand. */
export function natsText(workload: Workload, objects: readonly KubernetesObject[]): string {
  const volume = workload.pod.volumes.find(({ name }) => name === "config");
  const files = (volume?.configMap && configMap(objects, volume.configMap.name)) ?? {};
  const read = (name: string): string =>
    (files[name] ?? "")
      .replace(/^\s*#.*$/gm, "")
      .replace(/^\s*include\s+"?\.\/([\w.-]+)"?\s*$/gm, (_, other: string) => read(other));
  return read("nats.conf");
}

/** What stands between the braces of `name { … }` at the outermost level of a text; undefined if there is none. */
export function block(text: string, name: string): string | undefined {
  let depth = 0;
  let begin = -1;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "{") {
      if (depth === 0 && new RegExp(`(?:^|\\s)${name}\\s*[:=]?\\s*$`).test(text.slice(0, at))) begin = at + 1;
      depth++;
    } else if (text[at] === "}") {
      depth--;
      if (depth === 0 && begin >= 0) return text.slice(begin, at);
    }
  }
  return undefined;
}

/** The value of `name: value` in a block. */
export const setting = (text: string, name: string): string | undefined =>
  new RegExp(`(?:^|\\s)${name}\\s*[:=]\\s*"?([^\\s"]+)"?`).exec(text)?.[1];

/** Whether the broker takes the value of a switch for on: it knows three words for that, in any case. */
export const isOn = (value: string | undefined): boolean => /^(true|yes|on)$/i.test(value ?? "");
