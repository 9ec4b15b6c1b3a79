import { describe, expect, it, jest } from "@jest/globals";
import { find, overlayObjects, rewrite, spoil } from "../testing/mesh.ts";
import { diskFaults } from "./disks.ts";
import { ofKind, workloads } from "./objects.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

describe("what the broker may store", () => {
  it.each(["k8s/overlays/local", "k8s/overlays/production"] as const)(
    "fits its disk in %s",
    async (overlay) => {
      expect(diskFaults(await overlayObjects(overlay))).toEqual([]);
    },
  );

  it.each(["10Gi", "50G", "48000M"])("does not fit a disk of %s", async (storage) => {
    const objects = await overlayObjects("k8s/overlays/production");
    const path = "spec.volumeClaimTemplates.0.spec.resources.requests.storage";
    spoil(find(objects, "StatefulSet", "nats"), path, storage);
    expect(diskFaults(objects)).toEqual([
      `nats may store 48000000000 bytes, more than 95 % of its disk of ${storage}`,
    ]);
  });

  it("is not more than the disk holds", async () => {
    const objects = await overlayObjects("k8s/overlays/production");
    const name =
      ofKind(objects, "ConfigMap").find(({ metadata }) => /^engines-/.test(metadata.name))?.metadata.name ??
      "";
    spoil(find(objects, "ConfigMap", name), "data.EVENT_STORAGE", "60000000000");
    expect(diskFaults(objects)).toEqual([
      "nats may store 60000000000 bytes, more than 95 % of its disk of 50Gi",
    ]);
  });

  it.each([
    ["max_file_store: 900GB", "nats may store 900GB, not EVENT_STORAGE"],
    ["", "nats may store what it likes, not EVENT_STORAGE"],
  ])("is what the configuration says: %j", async (line, fault) => {
    const objects = await overlayObjects("k8s/overlays/production");
    rewrite(objects, "nats", "nats.conf", /max_file_store.*/, line);
    expect(diskFaults(objects)).toEqual([fault]);
  });

  it("is known to who watches it", async () => {
    const objects = await overlayObjects("k8s/overlays/production");
    const env = workloads([find(objects, "Deployment", "catalog")])[0]?.pod.containers[0]?.env ?? [];
    const at = env.findIndex(({ name }) => name === "EVENT_STORAGE");
    spoil(find(objects, "Deployment", "catalog"), `spec.template.spec.containers.0.env.${at}`, {
      name: "EVENT_STORAGE",
      value: "1",
    });
    expect(diskFaults(objects)).toEqual(["catalog expects that nats may store 1 bytes, not 48000000000"]);
  });
});
