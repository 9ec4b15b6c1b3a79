import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import { CaseRuling } from "@ticketing/proto/cases/v1/case";
import { CaseEventSchema } from "@ticketing/proto/cases/v1/case_events";
import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { AuditAction } from "@ticketing/proto/operations/v1/audit_entry";
import { OperationsService } from "@ticketing/proto/operations/v1/operations_service";
import { EarningEventSchema } from "@ticketing/proto/payouts/v1/earning_events";
import { SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import { SellerAccountEventSchema } from "@ticketing/proto/payouts/v1/seller_account_events";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import type { Database } from "@ticketing/runtime/documents/database";
import type { Events } from "@ticketing/runtime/events/events";
import { DomainError, reasonOf } from "@ticketing/runtime/process/domain-error";
import { clientOf } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { type AuditLog, createAuditLog } from "./audit-log.ts";
import { auditedStreams } from "./audited-events.ts";
import { createOperationsService } from "./operations-service.ts";

const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 0, minute));
const op = { operatorId: "op-1", reason: "as the venue says" };
let database: Database;
let log: AuditLog;
/** What a replay comes to. */
let replay: () => Promise<void>;

beforeAll(async () => {
  database = await openSpecDatabase();
}, 60_000);
afterAll(() => database?.close());
beforeEach(async () => {
  await database.db.collection("audit_log").deleteMany({});
  log = await createAuditLog(database.db);
  replay = async () => undefined;
});

function as(roles: string[]) {
  const deadLetters = { replay: () => replay() } as Partial<Events["deadLetters"]> as Events["deadLetters"];
  const unused = {} as never;
  return clientOf(
    OperationsService,
    createOperationsService({
      ...{ store: unused, storage: unused, roster: unused, auditLog: log, clock: () => at(9) },
      events: { consumerLag: async () => [], deadLetters },
    }),
    { user: "op-2", roles },
  );
}
const listed = async (request = {}) => (await as(["operator"]).listAuditLog(request)).entries;

/** As the stream has it. */
async function hear(stream: string, subject: string, payload: Uint8Array): Promise<void> {
  const { handler } = auditedStreams.find((each) => each.stream === stream) ?? auditedStreams[0];
  await handler(log)({ subject, payload });
}
const head = (id: string, minute: number) => ({ id, version: 2n, time: timestampFromDate(at(minute)) });
const userEvent = (
  id: string,
  minute: number,
  transition: MessageInitShape<typeof UserEventSchema>["transition"],
) =>
  hear(
    "USERS",
    "evt.auth.v1.x",
    toBinary(UserEventSchema, create(UserEventSchema, { ...head(id, minute), transition })),
  );
const eventEvent = (
  id: string,
  minute: number,
  transition: MessageInitShape<typeof EventEventSchema>["transition"],
) =>
  hear(
    "EVENTS",
    "evt.events.v1.event_x.1",
    toBinary(EventEventSchema, create(EventEventSchema, { ...head(id, minute), transition })),
  );

describe("the log of what operators did", () => {
  it("has who, when, what and why of each act, newest first, and of nothing else", async () => {
    await userEvent("u1", 0, { case: "userSignedUp", value: {} });
    await userEvent("u1", 1, { case: "userSuspended", value: op });
    await userEvent("u2", 2, { case: "userReinstated", value: op });
    await eventEvent("e1", 3, { case: "eventProposed", value: {} });
    await eventEvent("e1", 3, { case: "eventRescheduled", value: { ...op, formerStartTime: "then" } });
    await eventEvent("e2", 4, { case: "eventCancelled", value: op });
    await eventEvent("e3", 5, { case: "eventMerged", value: { ...op, eventId: "e1" } });
    const takenDown = create(TicketEventSchema, {
      ...head("t1", 6),
      transition: { case: "ticketTakenDown", value: op },
    });
    await hear("TICKETS", "evt.tickets.v1.ticket_taken_down.t1", toBinary(TicketEventSchema, takenDown));
    expect(await listed()).toMatchObject([
      { id: "t1:2", action: AuditAction.TICKET_TAKEN_DOWN, subjectId: "t1", ...op },
      { id: "e3:2", action: AuditAction.EVENT_MERGED, subjectId: "e3", ...op, detail: "e1" },
      { id: "e2:2", action: AuditAction.EVENT_CANCELLED, subjectId: "e2", ...op, detail: "" },
      { id: "e1:2", action: AuditAction.EVENT_RESCHEDULED, subjectId: "e1", ...op, detail: "then" },
      { id: "u2:2", action: AuditAction.USER_REINSTATED, subjectId: "u2", ...op },
      { id: "u1:2", action: AuditAction.USER_SUSPENDED, subjectId: "u1", ...op },
    ]);
    const [newest] = await listed({ pageSize: 1 });
    expect(newest?.time && timestampDate(newest.time)).toEqual(at(6));
  });

  it("has what was frozen by hand, and none of what cases froze", async () => {
    const told = (id: string, transition: MessageInitShape<typeof EarningEventSchema>["transition"]) =>
      hear(
        "PAYOUTS",
        "evt.payouts.v1.x",
        toBinary(EarningEventSchema, create(EarningEventSchema, { ...head(id, 1), transition })),
      );
    await told("o1", { case: "earningFrozen", value: { caseId: "c1" } });
    await told("o2", { case: "earningFrozen", value: { caseId: "hand-1", ...op } });
    await told("o3", { case: "earningCaseEnded", value: { caseId: "hand-1", ...op } });
    await told("o4", { case: "earningUnfreezeProposed", value: { caseId: "hand-1", ...op } });
    await told("o5", { case: "earningCaseEnded", value: { caseId: "hand-1", ...op, agreedBy: "op-2" } });
    await told("o6", { case: "earningCaseEnded", value: { caseId: "c1" } });
    expect(await listed()).toMatchObject([
      { id: "o5:agreed:2", action: AuditAction.EARNING_UNFREEZE_AGREED, operatorId: "op-2" },
      { id: "o5:2", action: AuditAction.EARNING_UNFROZEN, ...op },
      { subjectId: "o4", action: AuditAction.EARNING_UNFREEZE_PROPOSED, ...op },
      { subjectId: "o3", action: AuditAction.EARNING_UNFROZEN, ...op },
      { subjectId: "o2", action: AuditAction.EARNING_FROZEN, ...op },
    ]);
  });

  it("passes over the accounts of sellers, which share the stream of earnings", async () => {
    const ready = create(SellerAccountEventSchema, {
      ...head("s1", 1),
      transition: { case: "sellerAccountChanged", value: {} },
      state: { id: "s1", version: 2n, status: SellerAccountStatus.READY },
    });
    const subject = "evt.payouts.v1.seller_account_changed.s1";
    await hear("PAYOUTS", subject, toBinary(SellerAccountEventSchema, ready));
    expect(await listed()).toEqual([]);
  });

  it("has both operators of a decision, and nobody where none took part", async () => {
    const told = (id: string, transition: MessageInitShape<typeof CaseEventSchema>["transition"]) =>
      hear(
        "CASES",
        "evt.cases.v1.x",
        toBinary(CaseEventSchema, create(CaseEventSchema, { ...head(id, 1), transition })),
      );
    await told("c1", { case: "caseDecided", value: { ruling: CaseRuling.REFUND, ...op, agreedBy: "op-2" } });
    await told("c2", { case: "caseDecided", value: { ruling: CaseRuling.REFUND, reason: "by itself" } });
    const part = { ruling: CaseRuling.PART_REFUND, refundAmount: "300", ...op };
    await told("c4", { case: "caseEvidenceClosed", value: { operatorId: "op-3" } });
    await told("c5", { case: "caseEvidenceClosed", value: {} });
    await told("c3", { case: "caseProposed", value: part });
    expect(await listed()).toMatchObject([
      { id: "c4:2", action: AuditAction.EVIDENCE_SUBMITTED, operatorId: "op-3", reason: "" },
      { id: "c3:2", action: AuditAction.CASE_PROPOSED, ...op, detail: "part_refund 300" },
      { id: "c1:agreed:2", action: AuditAction.CASE_AGREED, operatorId: "op-2", subjectId: "c1" },
      { id: "c1:2", action: AuditAction.CASE_DECIDED, ...op, subjectId: "c1" },
    ]);
  });

  it("goes on where a page ended, and has no date by which an index could make entries expire", async () => {
    for (const minute of [1, 2, 3])
      await userEvent(`u${minute}`, minute, { case: "userSuspended", value: op });
    await userEvent("u2b", 2, { case: "userSuspended", value: op });
    const seen: string[] = [];
    let pageToken = "";
    do {
      const page = await as(["operator"]).listAuditLog({ pageSize: 1, pageToken });
      seen.push(...page.entries.map(({ subjectId }) => subjectId));
      pageToken = page.nextPageToken;
    } while (pageToken);
    expect(seen).toEqual(["u3", "u2b", "u2", "u1"]);
    const stored = await database.db.collection("audit_log").find().toArray();
    expect(stored.flatMap((row) => Object.values(row)).filter((value) => value instanceof Date)).toEqual([]);
  });

  it("keeps an entry as it is when its event comes again", async () => {
    await userEvent("u1", 1, { case: "userSuspended", value: op });
    await userEvent("u1", 2, { case: "userSuspended", value: { operatorId: "forger", reason: "another" } });
    expect(await listed()).toMatchObject([{ subjectId: "u1", ...op }]);
  });

  it("shows the acts of one operator, or on one subject", async () => {
    await userEvent("u1", 1, { case: "userSuspended", value: op });
    await userEvent("u2", 2, { case: "userSuspended", value: { ...op, operatorId: "op-2" } });
    const subjects = async (request: object) => (await listed(request)).map(({ subjectId }) => subjectId);
    expect(await subjects({ operatorId: "op-2" })).toEqual(["u2"]);
    expect(await subjects({ subjectId: "u1" })).toEqual(["u1"]);
    expect(await subjects({ subjectId: "u1", operatorId: "op-2" })).toEqual([]);
  });

  it("has each replay of a dead letter, also one that failed", async () => {
    await as(["operator"]).replayDeadLetter({ sequence: 7n });
    replay = () => Promise.reject(new DomainError("DEAD_LETTER_CONSUMER_AWAY", "away"));
    await as(["operator"]).replayDeadLetter({ sequence: 8n }).catch(reasonOf);
    const acts = (await listed()).map(({ action, subjectId, operatorId }) => [action, subjectId, operatorId]);
    const { DEAD_LETTER_REPLAYED } = AuditAction;
    expect(acts.sort()).toEqual([
      [DEAD_LETTER_REPLAYED, "7", "op-2"],
      [DEAD_LETTER_REPLAYED, "8", "op-2"],
    ]);
  });

  it("is for operators alone", async () => {
    expect(await as(["seller"]).listAuditLog({}).catch(reasonOf)).toBe("ROLE_REQUIRED");
  });
});
