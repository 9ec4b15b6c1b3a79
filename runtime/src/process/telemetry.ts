import { type Meter, metrics } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { newId } from "./ids.ts";

const EXPORT_MS = 10_000;
let provider: MeterProvider | undefined;

/**
 * Sends this process's metrics to an OpenTelemetry collector (OTLP over HTTP) every ten seconds. Comes first in a
 * process; without an endpoint, measuring costs nothing and goes nowhere.
 */
export function startTelemetry(service: string, endpoint: string | undefined): void {
  if (!endpoint) return;
  // https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
  const url = `${endpoint.replace(/\/$/, "")}/v1/metrics`;
  provider = new MeterProvider({
    resource: resourceFromAttributes({
      "service.namespace": "ticketing",
      "service.name": service,
      "service.instance.id": newId(),
    }),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url }),
        exportIntervalMillis: EXPORT_MS,
      }),
    ],
  });
  metrics.setGlobalMeterProvider(provider);
}

/** Sends what is left and stops. */
export async function stopTelemetry(): Promise<void> {
  const ending = provider;
  provider = undefined;
  metrics.disable();
  // A collector that is away must not keep a process from ending in order.
  await ending?.shutdown().catch(() => undefined);
}

/** An instrument made at its first use, by when the process has said where its metrics go. */
export function instrument<T>(make: (meter: Meter) => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make(metrics.getMeter("ticketing"));
    return made;
  };
}
