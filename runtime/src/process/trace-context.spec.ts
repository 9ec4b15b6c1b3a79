import { describe, expect, it } from "@jest/globals";
import { newId } from "./ids.ts";
import { requestIdOf, traceparent } from "./trace-context.ts";

describe("a trace", () => {
  it("is named by the request that began it, whatever else it consists of", () => {
    const id = newId();
    const [order, ticket] = [traceparent(id, "order:1"), traceparent(id, "ticket:1")];
    expect(order).not.toBe(ticket);
    expect([requestIdOf(order), requestIdOf(ticket)]).toEqual([id, id]);
  });

  it("is not made up for a request id that is no UUID, and not read from what is no trace", () => {
    expect(traceparent("request-1", "order:1")).toBeUndefined();
    expect(traceparent(undefined, "order:1")).toBeUndefined();
    for (const header of [undefined, "", "00-1-2-01", "x".repeat(55)])
      expect(requestIdOf(header)).toBeUndefined();
  });
});
