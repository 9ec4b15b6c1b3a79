import { describe, expect, it } from "@jest/globals";
import { endingBy, type OpeningCalls } from "./stripe-deadline.ts";

/** Stripe, which never answers; what it was asked. */
function silentStripe() {
  const asked: string[] = [];
  const never = (call: string) => () => {
    asked.push(call);
    return new Promise<never>(() => undefined);
  };
  const calls: OpeningCalls = {
    create: never("create"),
    findByOperation: never("find"),
    fetchClientSecret: never("secret"),
    cancel: never("cancel"),
  };
  return { asked, calls };
}

describe("calls that end by a deadline", () => {
  it("have an unknown outcome when it comes, and none begins after it but what tidies up", async () => {
    const { asked, calls } = silentStripe();
    const begun = performance.now();
    const bounded = endingBy(calls, begun + 200);
    await expect(bounded.findByOperation({ meshId: "m" }, "k")).rejects.toMatchObject({ kind: "unknown" });
    expect(performance.now() - begun).toBeGreaterThan(150);
    await expect(bounded.fetchClientSecret("pi_1")).rejects.toMatchObject({ kind: "unknown" });
    await expect(bounded.cancel("pi_1")).rejects.toMatchObject({ kind: "unknown" });
    expect(asked).toEqual(["find", "cancel"]);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
