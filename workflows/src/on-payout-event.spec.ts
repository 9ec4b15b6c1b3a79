import { beforeEach, expect, it } from "@jest/globals";
import { EarningHoldReason } from "@ticketing/proto/payouts/v1/earning";
import type { EarningSteps, Verdict } from "./earning/activities.ts";
import { onPayoutEvent } from "./on-payout-event.ts";

/** What was done, in order. */
let done: string[];
let verdict: Verdict;
/** The step that gets no answer. */
let failing: keyof EarningSteps | "wake" | undefined;
beforeEach(() => {
  [done, verdict, failing] = [[], { next: "transfer", chargeId: "ch_1" }, undefined];
});

async function note(step: keyof EarningSteps | "wake", ...said: string[]): Promise<void> {
  if (step === failing) throw new Error(`${step} got no answer`);
  done.push([step, ...said].join(" "));
}

const steps: EarningSteps = {
  judgeEarning: async (orderId) => {
    await note("judgeEarning", orderId);
    return verdict;
  },
  transferEarning: async (orderId, chargeId) => {
    await note("transferEarning", orderId, chargeId);
    return "done";
  },
  blockEarning: async (orderId, reason) => {
    await note("blockEarning", orderId, EarningHoldReason[reason]);
    return "done";
  },
  recoverEarning: async (orderId) => {
    await note("recoverEarning", orderId);
    return "done";
  },
};

const hear = (transition: string) =>
  onPayoutEvent({ wakeEarning: (orderId) => note("wake", orderId) }, steps, { info: () => undefined })({
    subject: `evt.payouts.v1.${transition}.o1`,
  });

it.each(["earning_released", "earning_due"])(
  "%s has the seller paid at once, without a workflow",
  async (transition) => {
    await hear(transition);
    expect(done).toEqual(["judgeEarning o1", "transferEarning o1 ch_1"]);
  },
);

it.each([
  [{ next: "block", reason: EarningHoldReason.DISPUTE }, ["blockEarning o1 DISPUTE"]],
  [{ next: "recover" }, ["recoverEarning o1"]],
  [{ next: "nothing" }, []],
] as [Verdict, string[]][])("what is judged is done: %j", async (judged, then) => {
  verdict = judged;
  await hear("earning_due");
  expect(done).toEqual(["judgeEarning o1", ...then]);
});

it.each(["judgeEarning", "transferEarning"] as const)(
  "where %s gets no answer a workflow goes on",
  async (step) => {
    failing = step;
    await hear("earning_released");
    expect(done.at(-1)).toBe("wake o1");
  },
);

it("an event whose earning nobody takes over comes again", async () => {
  failing = "judgeEarning";
  const wakeEarning = async () => {
    throw new Error("Temporal is away");
  };
  const handling = onPayoutEvent({ wakeEarning }, steps, { info: () => undefined })({
    subject: "evt.payouts.v1.earning_released.o1",
  });
  await expect(handling).rejects.toThrow("Temporal is away");
});

it.each(["earning_held", "earning_blocked", "earning_transferred", "seller_account_changed"])(
  "%s needs nobody",
  async (transition) => {
    await hear(transition);
    expect(done).toEqual([]);
  },
);
