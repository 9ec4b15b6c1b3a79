import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { untilDone } from "../testing/until-done.ts";
import { createLossAcceptance } from "./accept-loss.ts";
import { createEvidenceStore } from "./evidence-store.ts";
import type { Payment } from "./payment.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.double.faults.clear());

/** Long enough for a call without an answer to be given up. */
const pass = () => world.wait(world.graceMs);

async function control(payment: Payment, path: string, body = {}): Promise<void> {
  const about = JSON.stringify({ payment_intent: payment.intentId, ...body });
  const { ok } = await fetch(`${world.double.url}/control/${path}`, { method: "POST", body: about });
  if (!ok) throw new Error(`the double refused ${path}`);
}

/** A payment whose charge is disputed, and the dispute at the double. */
async function disputed(beginning = {}) {
  const payment = await world.actions.capture(await world.authorized());
  await control(payment, "disputes", beginning);
  const shown = () => {
    const found = world.double.state.disputes.all().find((each) => each.payment_intent === payment.intentId);
    if (!found) throw new Error("there is no dispute");
    return found;
  };
  const tell = async (submit: boolean) => {
    const texts = {
      ...{ productDescription: "Jazz", serviceDate: "", accessActivityLog: "" },
      ...{ refundPolicyDisclosure: "", uncategorizedText: "It was mine" },
    };
    return world.evidence.submit(await world.payment(payment._id), shown().id, { texts, submit });
  };
  const accept = async () => world.losses.accept(await world.payment(payment._id), shown().id);
  return { payment, shown, tell, accept };
}
/** Accepts losses until it has done so many steps, and dies then. */
async function dying(after: number) {
  let steps = 0;
  const counted =
    <A extends unknown[], R>(step: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const answer = await step(...args);
      if (++steps === after) throw new Error("killed");
      return answer;
    };
  const { update } = await createEvidenceStore(world.db);
  return createLossAcceptance({
    ...world,
    evidence: { update: counted(update) },
    actions: { lookAtDisputes: counted(world.actions.lookAtDisputes) },
    stripe: { closeDispute: counted(world.gateway.closeDispute) },
  });
}
const calls = () => world.calls.filter((name) => name === "closeDispute").length;

describe("the loss of a dispute", () => {
  it("is accepted once, and what was a draft is dropped", async () => {
    const { payment, shown, tell, accept } = await disputed();
    await tell(false);
    const before = calls();
    expect((await accept()).shown).toMatchObject({ status: "lost", evidenceSubmitted: false });
    expect((await accept()).outcome).toBe("lost");
    expect(calls()).toBe(before + 1);
    expect(shown()).toMatchObject({ status: "lost", evidence: {} });
    expect((await world.payment(payment._id)).disputeClosed).toMatchObject({ outcome: "lost" });
    expect(await tell(true).catch(reasonOf)).toBe("EVIDENCE_NOT_TAKEN");
  });

  it.each(["drop_response", "error_after", "drop_request", "error_before", "saved_error_before"] as const)(
    "is accepted whatever the answer (fault: %s)",
    async (kind) => {
      const { shown, accept } = await disputed();
      world.double.faults.add({ kind, operation: "disputes.close", count: 2 });
      await untilDone(accept, pass);
      expect(shown().status).toBe("lost");
    },
  );

  it("that is about to be accepted has the bank told nothing more", async () => {
    const { shown, tell, accept } = await disputed();
    world.double.faults.add({ kind: "error_before", operation: "disputes.close", count: 1 });
    expect(await accept().catch(reasonOf)).toBe("STRIPE_UNAVAILABLE");
    await tell(true);
    expect(shown().evidence_details).toMatchObject({ has_evidence: false, submission_count: 0 });
  });

  it("is not accepted where evidence may have been submitted", async () => {
    const { shown, tell, accept } = await disputed();
    const limited = { kind: "reject", operation: "disputes.update", count: 1 } as const;
    world.double.faults.add({ ...limited, status: 429, type: "rate_limit_error" });
    expect(await tell(true).catch(reasonOf)).toBe("STRIPE_UNAVAILABLE");
    expect(await accept().catch(reasonOf)).toBe("LOSS_NOT_ACCEPTED");
    await untilDone(() => tell(true), pass);
    expect(await accept().catch(errorInfoOf)).toMatchObject({ metadata: { status: "under_review" } });
    expect(shown().status).toBe("under_review");
  });

  it("is not accepted of an inquiry, which has taken nothing, nor of one that was won", async () => {
    const inquiry = await disputed({ inquiry: true });
    expect(await inquiry.accept().catch(reasonOf)).toBe("LOSS_NOT_ACCEPTED");
    expect(inquiry.shown().status).toBe("warning_needs_response");
    const won = await disputed();
    await control(won.payment, "disputes/close", { status: "won" });
    expect(await won.accept().catch(reasonOf)).toBe("LOSS_NOT_ACCEPTED");
  });

  it("that Stripe refuses is told, and another try has another key", async () => {
    const { shown, accept } = await disputed();
    const code = "resource_missing";
    world.double.faults.add({ kind: "refuse", operation: "disputes.close", count: 1, code });
    expect(await accept().catch(errorInfoOf)).toMatchObject({
      ...{ reason: "LOSS_NOT_ACCEPTED", metadata: { stripeCode: code, status: "needs_response" } },
    });
    await accept();
    expect(shown().status).toBe("lost");
  });

  it("that Stripe refused is told as any dispute again, until it is tried once more", async () => {
    const { shown, tell, accept } = await disputed();
    const refuse = {
      kind: "refuse",
      operation: "disputes.close",
      count: 1,
      code: "resource_missing",
    } as const;
    world.double.faults.add(refuse);
    expect(await accept().catch(reasonOf)).toBe("LOSS_NOT_ACCEPTED");
    await tell(false);
    expect(shown().evidence_details.has_evidence).toBe(true);
    world.double.faults.add({ kind: "error_before", operation: "disputes.close", count: 1 });
    expect(await accept().catch(reasonOf)).toBe("STRIPE_UNAVAILABLE");
    await tell(true);
    expect(shown().evidence_details.submission_count).toBe(0);
    world.double.faults.add(refuse);
    expect(await accept().catch(reasonOf)).toBe("LOSS_NOT_ACCEPTED");
    await tell(true);
    expect(shown()).toMatchObject({ status: "under_review", evidence_details: { submission_count: 1 } });
    expect(await accept().catch(reasonOf)).toBe("LOSS_NOT_ACCEPTED");
  });

  it.each([1, 2, 3, 4])("is accepted once where a process dies after %i of its steps", async (step) => {
    const { payment, shown, accept } = await disputed();
    const { accept: begin } = await dying(step);
    await expect(begin(await world.payment(payment._id), shown().id)).rejects.toThrow("killed");
    const before = calls();
    await accept();
    expect(calls() - before).toBe(step < 3 ? 1 : 0);
    expect(shown()).toMatchObject({ status: "lost", evidence_details: { submission_count: 0 } });
  });

  it("of a mesh that may be a copy is not accepted", async () => {
    const { payment, shown } = await disputed();
    const foreign = { ...(await world.payment(payment._id)), meshId: "another" };
    expect(await world.losses.accept(foreign, shown().id).catch(reasonOf)).toBe("INTENT_NOT_OURS");
    expect(shown().status).toBe("needs_response");
  });
});
