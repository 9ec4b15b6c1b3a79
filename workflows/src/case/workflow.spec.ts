import { type ConnectRouter, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { CaseLifecycleService } from "@ticketing/proto/cases/internal/v1/case_lifecycle_service";
import { CaseKind, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
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

/** The services behind their contracts. */
function services({ service }: ConnectRouter): void {
  let looks = 0;
  let partLooks = 0;
  let partCalls = 0;
  service(CaseLifecycleService, {
    readCase: () => ({
      case: {
        ...{ orderId: "o1", status, kind, subject: "re_1" },
        ...(status >= CaseStatus.DECIDED && {
          decision: { ruling, number: 2, operatorId, refundAmount: 300n },
        }),
      },
    }),
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
  orderAt = () => ({ status: OrderStatus.REFUNDED });
  reduceRefusal = undefined;
  partRefusal = () => undefined;
  partAt = () => RefundStatus.SUCCEEDED;
});

/** Runs a case to the end of its workflow. */
async function run(): Promise<void> {
  const workflowId = `case-${Math.random()}`;
  const transport = createRouterTransport(services);
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: workflowId,
    workflowBundle,
    activities: createCaseActivities({
      cases: createClient(CaseLifecycleService, transport),
      orders: createClient(OrderLifecycleService, transport),
      payments: createClient(PaymentLifecycleService, transport),
      payouts: createClient(PayoutLifecycleService, transport),
    }),
  });
  await worker.runUntil(async () => {
    const handle = await environment.client.workflow.signalWithStart(settleCase, {
      ...{ workflowId, taskQueue: workflowId, args: ["c1"], signal: somethingChanged },
    });
    await handle.result();
  });
}

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
