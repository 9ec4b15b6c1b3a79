import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { untilDone } from "../testing/until-done.ts";
import { createEvidenceActions } from "./evidence-actions.ts";
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
const texts = (said: string) => ({
  ...{ productDescription: "Jazz", serviceDate: "2030-01-01", accessActivityLog: "opened" },
  ...{ refundPolicyDisclosure: "", uncategorizedText: said },
});

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
  const tell = async (said: string, submit: boolean) =>
    world.evidence.submit(await world.payment(payment._id), shown().id, { texts: texts(said), submit });
  return { payment, shown, tell };
}

describe("evidence", () => {
  it("is kept as a draft that can be changed, and submitted once", async () => {
    const { shown, tell } = await disputed();
    await tell("first", false);
    await tell("second", false);
    expect(shown()).toMatchObject({
      ...{ status: "needs_response", evidence_details: { has_evidence: true, submission_count: 0 } },
      evidence: { product_description: "Jazz", uncategorized_text: "second" },
      metadata: { operation_id: `${shown().id}:evidence:2` },
    });
    const dispute = await tell("third", true);
    expect(dispute.shown).toMatchObject({ status: "under_review", evidenceSubmitted: true });
    await tell("fourth", true);
    expect(shown().evidence).toMatchObject({ uncategorized_text: "third" });
    expect(shown().evidence_details).toMatchObject({ submission_count: 1, past_due: false });
    expect((await tell("fifth", false).catch(errorInfoOf)) as object).toMatchObject({
      ...{ reason: "EVIDENCE_NOT_TAKEN", metadata: { status: "under_review" } },
    });
  });

  it("that is a draft already is not sent again", async () => {
    const { tell } = await disputed();
    await tell("first", false);
    world.calls.length = 0;
    await tell("first", false);
    expect(world.calls).not.toContain("updateDispute");
  });

  it.each(["drop_response", "error_after", "drop_request", "error_before", "saved_error_before"] as const)(
    "is submitted once, as it was first, whatever the answer (fault: %s)",
    async (kind) => {
      const { shown, tell } = await disputed();
      world.double.faults.add({ kind, operation: "disputes.update", count: 2 });
      let said = 0;
      await untilDone(() => tell(`words ${++said}`, true), pass);
      expect(shown()).toMatchObject({
        ...{ status: "under_review", evidence_details: { submission_count: 1 } },
        evidence: { uncategorized_text: "words 1" },
      });
    },
  );

  it("that was stored and not sent is submitted as it was stored", async () => {
    const { payment, shown, tell } = await disputed();
    world.double.faults.add({
      kind: "reject",
      operation: "disputes.update",
      status: 429,
      type: "rate_limit_error",
      count: 1,
    });
    expect(await tell("stored", true).catch(reasonOf)).toBe("STRIPE_UNAVAILABLE");
    expect(shown().evidence).toEqual({});
    await tell("said later", true);
    expect(shown().evidence).toMatchObject({ uncategorized_text: "stored" });
    expect(await world.db.collection("evidence").findOne({ orderId: payment._id })).toMatchObject({
      _id: shown().id,
      answers: [{ number: 1, answer: "submitted" }],
    });
  });

  it("whose first call acts late is submitted once, as it was first", async () => {
    const { shown, tell } = await disputed();
    world.double.faults.add({ kind: "hang", operation: "disputes.update", count: 1 });
    expect(await tell("first", true).catch(reasonOf)).toBe("STRIPE_UNAVAILABLE");
    world.double.faults.clear();
    await untilDone(() => tell("second", true), pass);
    expect(shown()).toMatchObject({
      ...{ evidence: { uncategorized_text: "first" }, evidence_details: { submission_count: 1 } },
    });
  }, 30_000);

  it("submitted four times at once is submitted once", async () => {
    const { shown, tell } = await disputed();
    const results = await Promise.allSettled([1, 2, 3, 4].map((n) => tell(`words ${n}`, true)));
    expect(results.some(({ status }) => status === "fulfilled")).toBe(true);
    expect(shown().evidence_details).toMatchObject({ submission_count: 1 });
  });

  it("that Stripe refuses is told, and another try has another key", async () => {
    const { shown, tell } = await disputed();
    const code = "parameter_invalid";
    world.double.faults.add({ kind: "refuse", operation: "disputes.update", count: 1, code });
    expect((await tell("first", true).catch(errorInfoOf)) as object).toMatchObject({
      ...{ reason: "EVIDENCE_REFUSED", metadata: { stripeCode: code } },
    });
    await tell("second", true);
    expect(shown()).toMatchObject({
      ...{
        evidence: { uncategorized_text: "second" },
        metadata: { operation_id: `${shown().id}:evidence:2` },
      },
    });
  });

  it("is refused once its time is over, or the dispute is, and of another payment's dispute", async () => {
    const late = await disputed({ due_by: Math.floor(Date.now() / 1_000) - 5 });
    expect(await late.tell("late", true).catch(reasonOf)).toBe("EVIDENCE_TOO_LATE");
    expect(late.shown().evidence_details.has_evidence).toBe(false);

    const over = await disputed();
    await control(over.payment, "disputes/close", { status: "lost" });
    expect(await over.tell("over", true).catch(reasonOf)).toBe("EVIDENCE_NOT_TAKEN");

    const wish = { texts: texts("another's"), submit: true };
    const another = world.evidence.submit(await world.payment(over.payment._id), late.shown().id, wish);
    expect(await another.catch(reasonOf)).toBe("DISPUTE_NOT_FOUND");
  });

  it("of an inquiry is submitted anew once it is a dispute", async () => {
    const { payment, shown, tell } = await disputed({ inquiry: true });
    await tell("asked", true);
    expect(shown().status).toBe("warning_under_review");
    await control(payment, "disputes/escalate");
    await tell("disputed", true);
    expect(shown()).toMatchObject({ status: "under_review", evidence: { uncategorized_text: "disputed" } });
  });

  it("of an inquiry whose process was killed after the call is not what the dispute is answered with", async () => {
    const { payment, shown, tell } = await disputed({ inquiry: true });
    const store = await createEvidenceStore(world.db);
    let updates = 0;
    const killed = createEvidenceActions({
      ...world,
      evidence: {
        async update(dispute, change) {
          if (++updates === 2) throw new Error("killed");
          return store.update(dispute, change);
        },
      },
    });
    const wish = { texts: texts("asked"), submit: true };
    const call = killed.submit(await world.payment(payment._id), shown().id, wish);
    await expect(call).rejects.toThrow("killed");
    await tell("asked", true);
    expect(shown()).toMatchObject({
      status: "warning_under_review",
      evidence_details: { submission_count: 1 },
    });
    await control(payment, "disputes/escalate");
    await tell("as a draft", false);
    expect(shown()).toMatchObject({
      ...{ status: "needs_response", evidence_details: { submission_count: 1 } },
      evidence: { uncategorized_text: "as a draft" },
    });
    await tell("disputed", true);
    expect(shown()).toMatchObject({ status: "under_review", evidence: { uncategorized_text: "disputed" } });
  });

  it("of a mesh that may be a copy is not sent", async () => {
    const { payment, shown } = await disputed();
    const foreign = { ...(await world.payment(payment._id)), meshId: "another" };
    const wish = { texts: texts("copied"), submit: true };
    expect(await world.evidence.submit(foreign, shown().id, wish).catch(reasonOf)).toBe("INTENT_NOT_OURS");
    expect(shown().evidence).toEqual({});
  });
});
