import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type ConnectRouter, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { CaseLifecycleService } from "@ticketing/proto/cases/internal/v1/case_lifecycle_service";
import { CaseKind, CaseRuling, CaseSide, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { RefundStatus } from "@ticketing/proto/payments/v1/payment";
import { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { DomainError, toConnectError } from "@ticketing/runtime/process/domain-error";
import { startTimeSkipping } from "../../testing/time-skipping.ts";
import { somethingChanged } from "../order-lifecycle/messages.ts";
import { createCaseActivities } from "./activities.ts";
import { settleCase } from "./workflow.ts";

const DAY_MS = 86_400_000;
let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;
/** What the workflow did, in order. */
let done: string[];
let status: CaseStatus;
let ruling: CaseRuling;
let operatorId: string;
let kind: CaseKind;
/** What payouts and payments answer to a part, and where it is at the nth look. */
let reduceRefusal: DomainError | undefined;
let partRefusal: (call: number) => DomainError | undefined;
let partAt: (look: number) => RefundStatus;
/** The order at the nth look. */
let orderAt: (look: number) => {
  status: OrderStatus;
  refundRefusalReason?: RefundRefusalReason;
  refundRequestedTime?: { seconds: bigint };
  refundRefusedTime?: { seconds: bigint };
};

/**
 * What the bank of a chargeback takes, in epoch milliseconds, and how the provider refuses what it is told, by turns;
 * `heard`: cases still think that evidence is awaited when it is closed; `accepted`: an operator accepts the loss meanwhile;
 * `unacceptable`: the provider refuses that.
 */
let bank: {
  awaited: boolean;
  dueTime: number;
  closed: boolean;
  said: string;
  refusals: PublicOrInternal[];
  heard: boolean;
  accepted?: boolean;
  unacceptable?: boolean;
};
type PublicOrInternal = ConstructorParameters<typeof DomainError>[0];
const timestamp = (ms: number) => timestampFromDate(new Date(ms));
const bankFacts = () => ({
  createTime: timestamp(bank.dueTime - 10 * DAY_MS),
  evidence: bank.said ? [{ side: CaseSide.SELLER, text: bank.said, time: timestamp(0) }] : [],
  bankAnswer: {
    evidenceAwaited: bank.awaited,
    evidenceDueTime: timestamp(bank.dueTime),
    ...(bank.closed && { evidenceClosedTime: timestamp(bank.dueTime) }),
  },
});

/** The services behind their contracts. */
function services({ service }: ConnectRouter): void {
  let looks = 0;
  let partLooks = 0;
  let partCalls = 0;
  service(CaseLifecycleService, {
    readCase: () => ({
      case: {
        ...{ orderId: "o1", status, kind, subject: bank.dueTime ? "du_1:2" : "re_1" },
        ...(bank.dueTime && bankFacts()),
        ...(status >= CaseStatus.DECIDED && {
          decision: { ruling, number: 2, operatorId, refundAmount: 300n },
        }),
      },
    }),
    closeEvidence() {
      bank.closed = !bank.accepted;
      done.push("close evidence");
      bank.awaited &&= bank.heard;
      return { case: { orderId: "o1", subject: "du_1:2", ...bankFacts() } };
    },
    closeCase({ decisionNumber }) {
      done.push(`close ${decisionNumber}`);
      status = CaseStatus.CLOSED;
      return {};
    },
    reopenCase({ decisionNumber, refusal }) {
      done.push(`reopen ${decisionNumber} ${refusal}`);
      status = CaseStatus.OPEN;
      return {};
    },
  });
  service(OrderLifecycleService, {
    readOrder: () => ({ order: orderAt(++looks) }),
    recordPartRefund({ partId, amount }) {
      done.push(`record ${partId} ${amount}`);
      return {};
    },
    refundForCase({ caseId, decisionNumber }) {
      done.push(`refund ${caseId} ${decisionNumber}`);
      return {};
    },
  });
  service(PaymentLifecycleService, {
    refundPart({ partId, amount }) {
      const refusal = partRefusal(++partCalls);
      done.push(`give ${partId} ${amount}`);
      if (refusal) throw toConnectError(refusal);
      return {};
    },
    readPayment() {
      const partStatus = partAt(++partLooks);
      const partRefunds = partStatus ? [{ partId: "c1:2", amount: 300n, status: partStatus }] : [];
      return { payment: { partRefunds } };
    },
    acceptDispute({ providerDisputeId }) {
      done.push(`accept ${providerDisputeId}`);
      if (bank.awaited && !bank.unacceptable) return {};
      throw toConnectError(new DomainError("LOSS_NOT_ACCEPTED", "no"));
    },
    submitEvidence({ providerDisputeId, evidence, submit }) {
      const text = evidence?.uncategorizedText.split("says:\n")[1]?.split(" ").slice(1).join(" ") ?? "";
      done.push(`${submit ? "submit" : "stage"} ${providerDisputeId} ${text.trim().split("\n")[0]}`);
      const refusal = bank.refusals.shift();
      if (refusal) throw toConnectError(new DomainError(refusal, "no"));
      if (submit) bank.awaited = false;
      return {};
    },
  });
  service(DeliveryLifecycleService, {
    readDelivery() {
      throw toConnectError(new DomainError("DELIVERY_NOT_FOUND", "no"));
    },
  });
  service(PayoutLifecycleService, {
    reduceEarning({ partId, amount }) {
      if (reduceRefusal) throw toConnectError(reduceRefusal);
      done.push(`reduce ${partId} ${amount}`);
      return {};
    },
    endPart({ partId, refunded }) {
      done.push(`end ${partId} ${refunded}`);
      return {};
    },
    holdForCase({ caseId }) {
      done.push(`freeze ${caseId}`);
      return {};
    },
    endCase({ saleStands, despiteRefundId }) {
      done.push(`release ${saleStands}${despiteRefundId && ` despite ${despiteRefundId}`}`);
      return {};
    },
  });
}

beforeAll(async () => {
  ({ environment, workflowBundle } = await startTimeSkipping());
}, 120_000);
afterAll(() => environment?.teardown());
beforeEach(() => {
  done = [];
  status = CaseStatus.DECIDED;
  ruling = CaseRuling.REFUND;
  operatorId = "op";
  kind = CaseKind.NOT_DELIVERED;
  bank = { awaited: true, dueTime: 0, closed: false, said: "", refusals: [], heard: true };
  orderAt = () => ({ status: OrderStatus.REFUNDED });
  reduceRefusal = undefined;
  partRefusal = () => undefined;
  partAt = () => RefundStatus.SUCCEEDED;
});

function clients() {
  const transport = createRouterTransport(services);
  return {
    cases: createClient(CaseLifecycleService, transport),
    orders: createClient(OrderLifecycleService, transport),
    payouts: createClient(PayoutLifecycleService, transport),
    payments: createClient(PaymentLifecycleService, transport),
    deliveries: createClient(DeliveryLifecycleService, transport),
  };
}

/** Runs a case to the end of its workflow; `meanwhile` what happens while it waits. */
async function run(meanwhile?: (wake: () => Promise<void>) => Promise<void>): Promise<void> {
  const workflowId = `case-${Math.random()}`;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: workflowId,
    workflowBundle,
    activities: createCaseActivities(clients(), { evidenceMarginMs: DAY_MS }),
  });
  await worker.runUntil(async () => {
    const handle = await environment.client.workflow.signalWithStart(settleCase, {
      ...{ workflowId, taskQueue: workflowId, args: ["c1"], signal: somethingChanged },
    });
    await meanwhile?.(() => handle.signal(somethingChanged));
    await handle.result();
  });
}

/** Waits until this is what was done last. */
const until = async (what: string) => {
  while (done.at(-1) !== what) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe("a case", () => {
  it.each([CaseStatus.OPEN, CaseStatus.PROPOSED])(
    "that is not decided (%s) freezes what the seller earned",
    async (now) => {
      status = now;
      await run();
      expect(new Set(done)).toEqual(new Set(["freeze c1"]));
    },
    60_000,
  );

  it("that is decided for the buyer is closed once the money is back, and not before", async () => {
    orderAt = (look) => ({ status: look < 5 ? OrderStatus.COMPLETE : OrderStatus.REFUNDED });
    await run();
    expect(done).toEqual(["freeze c1", "refund c1 2", "release false", "close 2"]);
  }, 60_000);

  it("whose refund cannot be made is to be decided again, and what was earned stays frozen", async () => {
    orderAt = (look) => ({
      status: OrderStatus.COMPLETE,
      refundRefusalReason:
        look < 3 ? RefundRefusalReason.UNSPECIFIED : RefundRefusalReason.REFUSED_BY_PROVIDER,
    });
    await run();
    expect(done.slice(0, 3)).toEqual(["freeze c1", "refund c1 2", "reopen 2 refused_by_provider"]);
    expect(done.join()).not.toContain("release");
  }, 60_000);

  it("about a refund that had failed waits until that was looked at once more", async () => {
    const failed = {
      refundRefusalReason: RefundRefusalReason.REFUND_FAILED,
      refundRefusedTime: { seconds: 1n },
    };
    orderAt = (look) => ({
      status: OrderStatus.REFUNDED,
      refundRequestedTime: { seconds: 2n },
      ...(look < 3 && failed),
    });
    await run();
    expect(done).toEqual(["freeze c1", "refund c1 2", "release false", "close 2"]);
  }, 60_000);

  it("that is decided for the seller lets the seller be paid, and asks for no refund", async () => {
    ruling = CaseRuling.REJECT;
    await run();
    expect(done).toEqual(["freeze c1", "release true", "close 2"]);
  }, 60_000);

  it("about a refund by hand says which one the sale stands despite", async () => {
    ruling = CaseRuling.REJECT;
    kind = CaseKind.PROVIDER_REFUND;
    await run();
    expect(done).toEqual(["freeze c1", "release true despite re_1", "close 2"]);
  }, 60_000);

  it("that no operator decided for the seller says nothing of the ticket's delivery", async () => {
    ruling = CaseRuling.REJECT;
    operatorId = "";
    await run();
    expect(done).toEqual(["freeze c1", "release false", "close 2"]);
  }, 60_000);

  it("that was decided in a way that a newer release knows is not closed: that is asked again", async () => {
    ruling = 99 as CaseRuling;
    const judge = createCaseActivities(clients(), { evidenceMarginMs: DAY_MS }).judgeCase;
    await expect(judge("c1")).rejects.toThrow("the ruling 99 of c1 is not known");
  });

  it("that is closed is left alone", async () => {
    status = CaseStatus.CLOSED;
    await run();
    expect(done).toEqual([]);
  }, 60_000);
});

describe("a case by which a part of the price goes back", () => {
  beforeEach(() => {
    ruling = CaseRuling.PART_REFUND;
  });

  it("lowers what the seller earned first, and is closed once the buyer has the part", async () => {
    partAt = (look) => (look < 4 ? RefundStatus.UNDERWAY : RefundStatus.SUCCEEDED);
    await run();
    expect(done).toEqual([
      ...["freeze c1", "reduce c1:2 300", "give c1:2 300", "end c1:2 true", "record c1:2 300"],
      ...["release true", "close 2"],
    ]);
  }, 60_000);

  it("is closed once the provider says that a bank carried it out, and not an hour later", async () => {
    let state = RefundStatus.UNDERWAY;
    partAt = () => state;
    await run(async (wake) => {
      await until("give c1:2 300");
      // By now it is looked at each hour. Time goes on by itself only once the end is waited for.
      await environment.sleep(4 * 3_600_000);
      state = RefundStatus.SUCCEEDED;
      await wake();
      await until("close 2");
    });
    expect(done).toContain("end c1:2 true");
  }, 60_000);

  it("asks again while the provider refuses, and lets the seller earn as before once it has for days", async () => {
    partRefusal = () => new DomainError("REFUND_REFUSED", "no");
    partAt = () => RefundStatus.UNSPECIFIED;
    await run();
    expect(done.filter((step) => step === "give c1:2 300").length).toBeGreaterThan(5);
    expect(done.slice(-2)).toEqual(["end c1:2 false", "reopen 2 refused_by_provider"]);
    expect(done.join()).not.toContain("record");
  }, 60_000);

  it("that fails after it was accepted is to be decided again", async () => {
    partAt = (look) => (look < 3 ? RefundStatus.UNDERWAY : RefundStatus.FAILED);
    await run();
    expect(done.slice(-2)).toEqual(["end c1:2 false", "reopen 2 refund_failed"]);
  }, 60_000);

  it("which shows at the provider although it was refused counts as given", async () => {
    partRefusal = () => new DomainError("CHARGE_DISPUTED", "no");
    await run();
    expect(done.slice(-4)).toEqual(["end c1:2 true", "record c1:2 300", "release true", "close 2"]);
  }, 60_000);

  it.each([
    ["EARNING_REFUNDED", "earning_refunded"],
    ["PART_TOO_LARGE", "part_too_large"],
  ] as const)(
    "that payouts refuse (%s) asks for no money and is to be decided again",
    async (reason, refusal) => {
      reduceRefusal = new DomainError(reason, "no");
      await run();
      expect(done).toEqual(["freeze c1", `reopen 2 ${refusal}`]);
    },
    60_000,
  );
});

describe("a chargeback", () => {
  beforeEach(async () => {
    status = CaseStatus.OPEN;
    kind = CaseKind.CHARGEBACK;
    bank.dueTime = (await environment.currentTimeMs()) + 10 * DAY_MS;
    bank.said = "It was mine";
  });
  const SUBMITTED = ["close evidence", "submit du_1 It was mine"];

  it("is told to the bank as a draft at once, and for good a day before its time is over", async () => {
    await run();
    expect(done).toEqual(["freeze c1", "stage du_1 It was mine", ...SUBMITTED]);
    const left = bank.dueTime - (await environment.currentTimeMs());
    expect(left).toBeLessThanOrEqual(DAY_MS);
    expect(left).toBeGreaterThan(DAY_MS - 60_000);
  }, 60_000);

  it("is submitted at once where nothing can be added any more", async () => {
    bank.closed = true;
    await run();
    expect(done).toEqual(["freeze c1", ...SUBMITTED]);
  }, 60_000);

  it("of which the bank awaits nothing is told nothing", async () => {
    bank.awaited = false;
    await run();
    expect(done).toEqual(["freeze c1"]);
  }, 60_000);

  it("of which the bank awaits nothing any more, as closing shows, is not submitted", async () => {
    bank.heard = false;
    await run();
    expect(done).toEqual(["freeze c1", "stage du_1 It was mine", "close evidence"]);
  }, 60_000);

  it("whose loss is accepted just when evidence is to be closed is not submitted", async () => {
    bank.accepted = true;
    await run();
    expect(done).toEqual(["freeze c1", "stage du_1 It was mine", "close evidence"]);
  }, 60_000);

  it("is not submitted once the provider says that it is too late", async () => {
    bank.refusals = ["EVIDENCE_TOO_LATE"];
    await run();
    expect(done).toEqual(["freeze c1", "stage du_1 It was mine"]);
  }, 60_000);

  it("whose draft is refused is submitted all the same, and again each hour while that is refused", async () => {
    bank.refusals = ["EVIDENCE_REFUSED", "EVIDENCE_REFUSED", "EVIDENCE_REFUSED"];
    await run();
    expect(done).toEqual(["freeze c1", "stage du_1 It was mine", ...SUBMITTED, ...SUBMITTED, ...SUBMITTED]);
  }, 60_000);

  it("follows what is said and until when the bank takes it", async () => {
    // Time goes on only while nothing else does: the wait would be over before something is said.
    bank.refusals = [];
    const { dueTime } = bank;
    await run(async (wake) => {
      await until("stage du_1 It was mine");
      bank.said = "It was mine, and here is why";
      bank.dueTime = dueTime + 10 * DAY_MS;
      await wake();
    });
    expect(done.at(-1)).toBe("submit du_1 It was mine, and here is why");
  }, 60_000);

  it("whose loss an operator accepts says so to the bank before the order is refunded", async () => {
    status = CaseStatus.DECIDED;
    ruling = CaseRuling.REFUND;
    orderAt = () => ({ status: OrderStatus.REFUNDED });
    await run();
    expect(done).toEqual(["freeze c1", "accept du_1", "refund c1 2", "release false", "close 2"]);
  }, 60_000);

  it("whose loss cannot be accepted is to be decided again, and nothing is refunded", async () => {
    status = CaseStatus.DECIDED;
    ruling = CaseRuling.REFUND;
    bank.awaited = false;
    await run();
    expect(done.slice(0, 3)).toEqual(["freeze c1", "accept du_1", "reopen 2 loss_not_accepted"]);
    expect(done.join()).not.toContain("refund");
  }, 60_000);

  it("whose loss could not be accepted is told to the bank in time all the same", async () => {
    status = CaseStatus.DECIDED;
    ruling = CaseRuling.REFUND;
    bank.unacceptable = true;
    await run();
    expect(done).toEqual(["freeze c1", "accept du_1", "reopen 2 loss_not_accepted"]);
    // That it was reopened starts it anew.
    done = [];
    await run();
    expect(done).toEqual(["freeze c1", "stage du_1 It was mine", ...SUBMITTED]);
  }, 60_000);

  it("that the bank decided is accepted by nobody", async () => {
    status = CaseStatus.DECIDED;
    ruling = CaseRuling.REFUND;
    operatorId = "";
    orderAt = () => ({ status: OrderStatus.REFUNDED });
    await run();
    expect(done).toEqual(["freeze c1", "refund c1 2", "release false", "close 2"]);
  }, 60_000);
});
