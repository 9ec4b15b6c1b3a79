import { beforeEach, describe, expect, it, jest } from "@jest/globals";
import { serviceNames } from "@ticketing/launcher/service-names";
import { find, overlayObjects, spoil } from "../testing/mesh.ts";
import { keyVolumeFaults } from "./key-volumes.ts";
import type { KubernetesObject } from "./objects.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

let objects: KubernetesObject[];
beforeEach(async () => {
  objects = await overlayObjects("k8s/overlays/production");
});

const pod = "spec.template.spec";
const mount = `${pod}.containers.0.volumeMounts.keys`;
const sources = `${pod}.volumes.keys.projected.sources`;

const at = (object: unknown, path: string): unknown =>
  path.split(".").reduce((value, step) => (value as Record<string, unknown>)[step], object);

/** Spoils what is at a path in which `keys` stands for the place of the volume of that name, or its mount. */
function spoilKeys(name: string, path: string, value: unknown): void {
  const deployment = find(objects, "Deployment", name);
  const [list = "", rest = ""] = path.split(".keys");
  const place = (at(deployment, list) as { name: string }[]).findIndex((each) => each.name === "keys");
  spoil(deployment, `${list}.${place}${rest}`, value);
}

describe("the volumes of keys", () => {
  it.each(["k8s/overlays/local", "k8s/overlays/production", "tilt"] as const)(
    "are renewed and whole in %s",
    async (overlay) => {
      expect(keyVolumeFaults(await overlayObjects(overlay))).toEqual([]);
    },
  );

  it.each([
    ["tickets", `${mount}.subPath`, "service.jwk.json", "/keys is a subPath of keys, which is never renewed"],
    ["orders", `${mount}.subPathExpr`, "$(NAME)", "/keys is a subPath of keys, which is never renewed"],
    ["catalog", `${sources}.0`, {}, "SERVICE_KEYS_FILE is /keys/services.jwks.json, which is in no Secret"],
    [
      "payments",
      `${sources}.1.secret.items.0.path`,
      "key.json",
      "SERVICE_KEY_FILE is /keys/service.jwk.json",
    ],
    ["payments", `${sources}.1.secret.name`, "orders", "which is Secret orders's and not payments's"],
    [
      "auth",
      `${sources}.1.secret.items.1.path`,
      "token.json",
      "TOKEN_KEY_FILE is /keys/access-token.jwk.json",
    ],
    ["workflows", `${mount}.mountPath`, "/secrets", "is in no Secret"],
    ["orders", `${sources}.1.secret.items.0.key`, "mongodb-password", "which holds no key"],
    [
      "auth",
      `${sources}.1.secret.items.0.key`,
      "token-key",
      "SERVICE_KEY_FILE is /keys/service.jwk.json, which",
    ],
    ["auth", `${sources}.1.secret.items.1.key`, "service-key", "which holds another key"],
  ])("are missed when %s has %s: %j", async (name, path, value, fault) => {
    spoilKeys(name, path, value);
    const faults = keyVolumeFaults(objects);
    expect(faults).toContainEqual(expect.stringContaining(`Deployment ${name}, container process: `));
    expect(faults).toContainEqual(expect.stringContaining(fault));
  });

  it("are missed where the public key of one service is not among them", () => {
    const text = JSON.stringify({ keys: [{ kid: "orders" }, { kid: "payments/abc" }] });
    const value = Buffer.from(text).toString("base64");
    spoil(find(objects, "Secret", "service-keys"), "data", { "services.jwks.json": value });
    const faults = keyVolumeFaults(objects).filter((fault) => fault.startsWith("Deployment tickets"));
    const missed = faults.map((fault) => fault.replace(/.* of /, ""));
    expect(missed).toEqual(serviceNames.filter((name) => name !== "orders" && name !== "payments"));
  });

  it("are missed where public keys do not reach a process, or cannot roll", async () => {
    const deployment = find(objects, "Deployment", "catalog");
    const path = `${pod}.containers.0.env`;
    const env = at(deployment, path) as { name: string }[];
    spoil(
      deployment,
      path,
      env.filter(({ name }) => name !== "SERVICE_KEYS_FILE"),
    );
    spoil(find(objects, "Secret", "service-keys"), "immutable", true);
    expect(keyVolumeFaults(objects)).toEqual([
      "Secret service-keys is immutable: no key in it can roll",
      "Deployment catalog, container process: it has a key and no public keys of others",
    ]);
  });
});
