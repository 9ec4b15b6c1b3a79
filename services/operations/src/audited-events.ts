import type { Message } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { type UserEvent, UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import { CaseRuling } from "@ticketing/proto/cases/v1/case";
import { type CaseEvent, CaseEventSchema } from "@ticketing/proto/cases/v1/case_events";
import { type EventEvent, EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { AuditAction } from "@ticketing/proto/operations/v1/audit_entry";
import { type EarningEvent, EarningEventSchema } from "@ticketing/proto/payouts/v1/earning_events";
import { type TicketEvent, TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import { isOfVenue } from "@ticketing/runtime/events/of-venue";
import type { AuditLog, AuditRow } from "./audit-log.ts";

/** What an event says of an operator's act. `of`: which, where one event tells of two. */
type Act = Pick<AuditRow, "action" | "operatorId" | "reason"> & { detail?: string; of?: string };

/** What all events have. */
type Told = Message & { id: string; version: bigint; time?: Timestamp | undefined };

function actOnUser({ transition }: UserEvent): Act | undefined {
  switch (transition.case) {
    case "userSuspended":
      return { action: AuditAction.USER_SUSPENDED, ...by(transition.value) };
    case "userReinstated":
      return { action: AuditAction.USER_REINSTATED, ...by(transition.value) };
  }
  return undefined;
}

function actOnEvent({ transition }: EventEvent): Act | undefined {
  switch (transition.case) {
    case "eventRescheduled": {
      const { formerStartTime: detail } = transition.value;
      return { action: AuditAction.EVENT_RESCHEDULED, ...by(transition.value), detail };
    }
    case "eventCancelled":
      return { action: AuditAction.EVENT_CANCELLED, ...by(transition.value) };
    case "eventMerged": {
      const { eventId: detail } = transition.value;
      return { action: AuditAction.EVENT_MERGED, ...by(transition.value), detail };
    }
  }
  return undefined;
}

function actOnTicket({ transition }: TicketEvent): Act | undefined {
  if (transition.case !== "ticketTakenDown") return undefined;
  return { action: AuditAction.TICKET_TAKEN_DOWN, ...by(transition.value) };
}

function actsOnEarning({ transition }: EarningEvent): Act[] {
  switch (transition.case) {
    case "earningFrozen":
      return byHand(AuditAction.EARNING_FROZEN, transition.value);
    case "earningUnfreezeProposed":
      return byHand(AuditAction.EARNING_UNFREEZE_PROPOSED, transition.value);
    case "earningCaseEnded": {
      const { agreedBy, reason } = transition.value;
      return [
        ...byHand(AuditAction.EARNING_UNFROZEN, transition.value),
        ...agreed(AuditAction.EARNING_UNFREEZE_AGREED, agreedBy, { reason }),
      ];
    }
  }
  return [];
}

/** Where no operator took part a case did it. */
const byHand = (action: AuditAction, facts: Parameters<typeof by>[0]): Act[] =>
  facts.operatorId ? [{ action, ...by(facts) }] : [];

/** What a second operator did, where one had to agree. */
const agreed = (action: AuditAction, operatorId: string, facts: Pick<Act, "reason" | "detail">): Act[] =>
  operatorId ? [{ action, operatorId, ...facts, of: "agreed" }] : [];

function actsOnCase({ transition }: CaseEvent): Act[] {
  if (transition.case === "caseEvidenceClosed") {
    return byHand(AuditAction.EVIDENCE_SUBMITTED, { ...transition.value, reason: "" });
  }
  if (transition.case !== "caseProposed" && transition.case !== "caseDecided") return [];
  const { ruling, reason, operatorId, refundAmount } = transition.value;
  const detail = [CaseRuling[ruling]?.toLowerCase() ?? "", refundAmount].filter(Boolean).join(" ");
  if (transition.case === "caseProposed") {
    return [{ action: AuditAction.CASE_PROPOSED, operatorId, reason, detail }];
  }
  const { agreedBy } = transition.value;
  return [
    ...(operatorId ? [{ action: AuditAction.CASE_DECIDED, operatorId, reason, detail }] : []),
    ...agreed(AuditAction.CASE_AGREED, agreedBy, { reason, detail }),
  ];
}

/** Whether it is another message on the same stream: of a venue, or of a seller's account. No operator acts in one. */
const isOfAnother = (subject: string): boolean =>
  isOfVenue(subject) || subject.startsWith("evt.payouts.v1.seller_account_");

const by = ({ operatorId, reason }: { operatorId: string; reason: string }) => ({ operatorId, reason });

/** Adds to the log what an event says of an operator's act; of other events nothing. */
function auditing<E extends Told>(schema: GenMessage<E>, actsOf: (event: E) => Act | Act[] | undefined) {
  return (log: AuditLog) =>
    async ({ subject, payload }: Pick<IncomingEvent, "subject" | "payload">): Promise<void> => {
      if (isOfAnother(subject)) return;
      const event = decodeEvent(schema, payload);
      const { id, version, time } = event;
      for (const { of, ...act } of [actsOf(event) ?? []].flat()) {
        if (!time) throw new PoisonEvent("the event has no time");
        const _id = [id, ...(of ? [of] : []), version].join(":");
        await log.append({ _id, subjectId: id, detail: "", ...act, createTime: timestampDate(time) });
      }
    };
}

/** The streams that tell what operators do. One handler each, by the durable consumer of this service. */
export const auditedStreams = [
  { stream: "USERS", subject: "evt.auth.>", handler: auditing(UserEventSchema, actOnUser) },
  { stream: "EVENTS", subject: "evt.events.>", handler: auditing(EventEventSchema, actOnEvent) },
  {
    stream: "TICKETS",
    subject: "evt.tickets.v1.ticket_taken_down.>",
    handler: auditing(TicketEventSchema, actOnTicket),
  },
  { stream: "PAYOUTS", subject: "evt.payouts.>", handler: auditing(EarningEventSchema, actsOnEarning) },
  { stream: "CASES", subject: "evt.cases.>", handler: auditing(CaseEventSchema, actsOnCase) },
] as const;
