import { createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, it } from "@jest/globals";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@ticketing/proto/grpc/health/v1/health";
import { createServingStatus } from "./serving-status.ts";

it("whoever watches sees each change, and no change where there is none", async () => {
  const status = createServingStatus();
  const transport = createRouterTransport((router) => router.service(Health, status.service));
  const left = new AbortController();
  const watch = (service: string) =>
    createClient(Health, transport).watch({ service }, { signal: left.signal })[Symbol.asyncIterator]();
  const [all, unknown] = [watch(""), watch("nobody")];
  const next = async (stream: typeof all) => (await stream.next()).value?.status;
  expect([await next(all), await next(unknown)]).toEqual([Status.NOT_SERVING, Status.SERVICE_UNKNOWN]);
  const changed = next(all);
  status.set({ ready: false, whole: false });
  status.set({ ready: true, whole: false });
  expect(await changed).toBe(Status.SERVING);
  status.set({ ready: false, whole: false });
  expect(await next(all)).toBe(Status.NOT_SERVING);
  left.abort();
});
