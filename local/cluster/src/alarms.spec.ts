import { beforeEach, describe, expect, it, jest } from "@jest/globals";
import { find, overlayObjects, spoil } from "../testing/mesh.ts";
import { alarmFaults } from "./alarms.ts";
import type { KubernetesObject } from "./objects.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

let objects: KubernetesObject[];
beforeEach(async () => {
  objects = await overlayObjects("k8s/components/volume-alarms");
});

describe("alarms of disks", () => {
  it("are whole", () => expect(alarmFaults(objects)).toEqual([]));

  it("are missed altogether", () => {
    const rest = objects.filter(({ kind }) => kind !== "PrometheusRule");
    expect(alarmFaults(rest)).toHaveLength(3);
  });

  it.each([
    [0, "expr", "vector(0)", "nobody says that a disk fills up (warning; there is PrometheusRule volumes)"],
    [1, "expr", "vector(0)", "nobody says that a disk will soon be full"],
    [2, "labels.severity", "warning", "nobody says that a disk is almost full"],
  ])("are missed when rule %s has %s %j", (at, field, value, fault) => {
    spoil(find(objects, "PrometheusRule", "volumes"), `spec.groups.0.rules.${at}.${field}`, value);
    expect(alarmFaults(objects)).toEqual([expect.stringContaining(fault)]);
  });
});
