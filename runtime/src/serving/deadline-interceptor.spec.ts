import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, it } from "@jest/globals";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { reasonOf } from "../process/domain-error.ts";
import { createDeadlineInterceptor } from "./deadline-interceptor.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const client = createClient(
  OrderService,
  createRouterTransport(
    (router) =>
      router.service(OrderService, {
        getOrder: () => ({}),
        cancelOrder: () => new Promise(() => undefined),
        async *watchOrder() {
          await pause(150);
          yield {};
        },
      }),
    { router: { interceptors: [createDeadlineInterceptor(100)] } },
  ),
);

it("a unary call without a deadline of its own is answered in time all the same", async () => {
  await client.getOrder({});
  const error = await client.cancelOrder({}).catch(ConnectError.from);
  expect(error).toMatchObject({ code: Code.DeadlineExceeded });
  expect(reasonOf(error)).toBe("TIMED_OUT");
});

it("a stream may take as long as it likes", async () => {
  let messages = 0;
  for await (const _ of client.watchOrder({})) messages += 1;
  expect(messages).toBe(1);
});
