import { describe, expect, it, jest } from "@jest/globals";
import { configurationsOf, find, overlayObjects, rewrite, spoil } from "../testing/mesh.ts";
import { diskFaults } from "./disks.ts";
import { type KubernetesObject, ofKind, workloads } from "./objects.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

const faults = async (objects: KubernetesObject[]) => diskFaults(objects, await configurationsOf(objects));

/** The name of the overlay's settings of its engines. */
const engines = (objects: readonly KubernetesObject[]) =>
  ofKind(objects, "ConfigMap").find(({ metadata }) => /^engines-/.test(metadata.name))?.metadata.name ?? "";

describe("what the broker may store", () => {
  it.each(["k8s/overlays/local", "k8s/overlays/production"] as const)(
    "fits its disk in %s",
    async (overlay) => {
      expect(await faults(await overlayObjects(overlay))).toEqual([]);
    },
  );

  it.each(["10Gi", "180G", "189000M"])("does not fit a disk of %s", async (storage) => {
    const objects = await overlayObjects("k8s/overlays/production");
    const path = "spec.volumeClaimTemplates.0.spec.resources.requests.storage";
    spoil(find(objects, "StatefulSet", "nats"), path, storage);
    expect(await faults(objects)).toEqual([
      `nats may store 180000000000 bytes, more than 95 % of its disk of ${storage}`,
    ]);
  });

  it("is not more than the disk holds", async () => {
    const objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "ConfigMap", engines(objects)), "data.EVENT_STORAGE", "210000000000");
    expect(await faults(objects)).toEqual([
      "nats may store 210000000000 bytes, more than 95 % of its disk of 200Gi",
    ]);
  });

  it.each([
    ["max_file_store: 900GB", "nats may store 900GB, not EVENT_STORAGE"],
    ["", "nats may store what it likes, not EVENT_STORAGE"],
  ])("is what the configuration says: %j", async (line, fault) => {
    const objects = await overlayObjects("k8s/overlays/production");
    rewrite(objects, "nats", "nats.conf", /max_file_store.*/, line);
    expect(await faults(objects)).toEqual([fault]);
  });

  it("has the size that its alarm expects", async () => {
    const objects = await overlayObjects("k8s/overlays/production");
    const env = workloads([find(objects, "Deployment", "operations")])[0]?.pod.containers[0]?.env ?? [];
    const at = env.findIndex(({ name }) => name === "EVENT_STORAGE");
    spoil(find(objects, "Deployment", "operations"), `spec.template.spec.containers.0.env.${at}`, {
      name: "EVENT_STORAGE",
      value: "1",
    });
    expect(await faults(objects)).toEqual([
      "operations expects that nats may store 1 bytes, not 180000000000",
    ]);
  });

  it("has room for every stream at its size", async () => {
    const objects = await overlayObjects("k8s/overlays/production");
    spoil(find(objects, "ConfigMap", engines(objects)), "data.ORDERS_MAX_BYTES", "40000000000");
    expect(await faults(objects)).toEqual([
      "streams may take 186000000000 bytes together, and nats stores 180000000000",
    ]);
    spoil(find(objects, "ConfigMap", engines(objects)), "data.ORDERS_MAX_BYTES", "");
    expect(await faults(objects)).toEqual(["Deployment orders says no size of its stream (EVENT_MAX_BYTES)"]);
  });
});
