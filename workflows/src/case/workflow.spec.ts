import { type ConnectRouter, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { CaseLifecycleService } from "@ticketing/proto/cases/internal/v1/case_lifecycle_service";
import { CaseKind, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
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
  service(CaseLifecycleService, {
    readCase: () => ({
      case: {
        ...{ orderId: "o1", status, kind, subject: "re_1" },
        ...(status >= CaseStatus.DECIDED && { decision: { ruling, number: 2, operatorId } }),
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
    refundForCase({ caseId, decisionNumber }) {
      done.push(`refund ${caseId} ${decisionNumber}`);
      return {};
    },
  });
  service(PayoutLifecycleService, {
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
