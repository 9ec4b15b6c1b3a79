/** A form-encoded body with nested keys as a tree: `a[b]=1&c[]=2` is `{a: {b: "1"}, c: ["2"]}`. */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type Form = { [key: string]: FormValue };

/**
 * Reads a form body or query in the way Stripe's API writes nested keys
 * (docs.stripe.com/api: "accepts form-encoded request bodies"). Keys that contradict each other keep the last.
 */
export function parseForm(text: string): Form {
  const root: Form = Object.create(null);
  for (const [key, value] of new URLSearchParams(text)) {
    const path = key.split(/[[\]]+/);
    if (path.length > 1 && path.at(-1) === "" && !key.endsWith("[]")) path.pop();
    if (path.length <= 8) put(root, path, value);
  }
  return Object.fromEntries(Object.entries(root).map(([key, value]) => [key, arrays(value)]));
}

function put(root: Form, path: string[], value: string): void {
  let node = root;
  path.forEach((segment, depth) => {
    const name = segment === "" ? String(Object.keys(node).length) : segment;
    if (depth === path.length - 1) {
      node[name] = value;
      return;
    }
    const next = node[name];
    node = node[name] = typeof next === "object" && !Array.isArray(next) ? next : Object.create(null);
  });
}

function arrays(value: FormValue): FormValue {
  if (typeof value === "string" || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, arrays(child)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}
