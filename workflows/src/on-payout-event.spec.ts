import { create, toBinary } from "@bufbuild/protobuf";
import { beforeEach, expect, it } from "@jest/globals";
import { EarningHoldReason } from "@ticketing/proto/payouts/v1/earning";
import { EarningEventSchema } from "@ticketing/proto/payouts/v1/earning_events";
import type { EarningSteps, Verdict } from "./earning/activities.ts";
import { onPayoutEvent } from "./on-payout-event.ts";

/** What was done, in order. */
let done: string[];
let verdict: Verdict;
/** The charge that an earning is transferred of by what its event says. */
let toldCharge: string | undefined;
/** The step that gets no answer. */
let failing: keyof EarningSteps | "judgeReleased" | "wake" | undefined;
beforeEach(() => {
  [done, verdict, failing, toldCharge] = [[], { next: "transfer", chargeId: "ch_1" }, undefined, undefined];
});

async function note(step: keyof EarningSteps | "judgeReleased" | "wake", ...said: string[]): Promise<void> {
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

const handle = (wakeEarning = (orderId: string) => note("wake", orderId)) =>
  onPayoutEvent({
    workflows: { wakeEarning },
    steps,
    judgeReleased: async ({ id }) => {
      await note("judgeReleased", id);
      return toldCharge;
    },
    log: { info: () => undefined },
  });
const payload = toBinary(EarningEventSchema, create(EarningEventSchema, { id: "o1", state: { id: "o1" } }));
const news = (transition: string) => ({ subject: `evt.payouts.v1.${transition}.o1`, payload });
const hear = (transition: string) => handle()(news(transition));

it("an earning that is released is transferred by what its event says, without a workflow", async () => {
  toldCharge = "ch_2";
  await hear("earning_released");
  expect(done).toEqual(["judgeReleased o1", "transferEarning o1 ch_2"]);
});

it("one of which its event does not say enough is read", async () => {
  await hear("earning_released");
  expect(done).toEqual(["judgeReleased o1", "judgeEarning o1", "transferEarning o1 ch_1"]);
});

it("one that is due is read, whatever its event says", async () => {
  toldCharge = "ch_2";
  await hear("earning_due");
  expect(done).toEqual(["judgeEarning o1", "transferEarning o1 ch_1"]);
});

it.each([
  [{ next: "block", reason: EarningHoldReason.DISPUTE }, ["blockEarning o1 DISPUTE"]],
  [{ next: "recover" }, ["recoverEarning o1"]],
  [{ next: "nothing" }, []],
] as [Verdict, string[]][])("what is judged is done: %j", async (judged, then) => {
  verdict = judged;
  await hear("earning_due");
  expect(done).toEqual(["judgeEarning o1", ...then]);
});

it.each(["judgeReleased", "judgeEarning", "transferEarning"] as const)(
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
  const handling = handle(wakeEarning)(news("earning_released"));
  await expect(handling).rejects.toThrow("Temporal is away");
});

it.each(["earning_held", "earning_blocked", "earning_transferred", "seller_account_changed"])(
  "%s needs nobody",
  async (transition) => {
    await hear(transition);
    expect(done).toEqual([]);
  },
);
