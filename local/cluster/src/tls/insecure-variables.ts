import type { Configured } from "../configurations.ts";

/** Says that spans, metrics or logs go elsewhere than the rest. */
const TELEMETRY = /^OTEL_EXPORTER_OTLP_(TRACES|METRICS|LOGS)_ENDPOINT$/;

/**
 * Variables that no process of ours reads itself, by which Node.js or a library of it would call in plain text, or believe
 * anybody; one sentence each.
 */
export const insecureVariableFaults = (ours: readonly Configured[]): string[] =>
  ours.flatMap(({ title, env }) => {
    const faults: string[] = [];
    if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0")
      faults.push("believes everybody (NODE_TLS_REJECT_UNAUTHORIZED)");
    for (const [name, value] of Object.entries(env))
      if (TELEMETRY.test(name) && value.startsWith("http://")) faults.push(`calls in plain text (${name})`);
    return faults.map((fault) => `${title} ${fault}`);
  });
