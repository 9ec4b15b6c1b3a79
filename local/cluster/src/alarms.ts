import { z } from "zod";
import { type KubernetesObject, ofKind, title } from "./objects.ts";

/** What has to be said of a disk before it is full, and what the alarm looks at. */
const WANTED: readonly (readonly [what: string, severity: string, expression: RegExp])[] = [
  ["that a disk fills up", "warning", /used_bytes\{.*\}\s*\/ .*capacity_bytes\{.*\}\s*> 0\.[5-7]\d*$/],
  ["that a disk will soon be full", "warning", /^predict_linear\(.*available_bytes\{.*\}\[\w+\], .*\) < 0/],
  ["that a disk is almost full", "critical", /used_bytes\{.*\}\s*\/ .*capacity_bytes\{.*\}\s*> 0\.[89]\d*$/],
];

const rules = z.object({
  spec: z.object({
    groups: z.array(
      z.object({
        rules: z.array(z.object({ expr: z.string(), labels: z.record(z.string(), z.string()).default({}) })),
      }),
    ),
  }),
});

/** Alarms of disks that a component for the Prometheus operator is for, and does not have; one sentence each. */
export function alarmFaults(objects: readonly KubernetesObject[]): string[] {
  const found = ofKind(objects, "PrometheusRule");
  const all = found.flatMap((object) => rules.parse(object).spec.groups.flatMap(({ rules }) => rules));
  const where = found.map(title).join(", ") || "no PrometheusRule at all";
  return WANTED.filter(
    ([, severity, expression]) =>
      !all.some(({ expr, labels }) => labels.severity === severity && expression.test(expr)),
  ).map(([what, severity]) => `nobody says ${what} (${severity}; there is ${where})`);
}
