import { CaseEventSchema } from "@ticketing/proto/cases/v1/case_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { byNewest } from "@ticketing/runtime/documents/newest-first";
import { pageByTime } from "@ticketing/runtime/documents/page-by-time";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Case } from "./case.ts";
import { caseState } from "./case-message.ts";

export type CaseStore = AggregateStore<Case>;

/** A page of what operators have to decide, oldest first. Throws BAD_PAGE_TOKEN. */
export const findUndecided = (cases: CaseStore, now: Date, page: { pageSize: number; pageToken: string }) =>
  pageByTime(cases.collection, {
    time: "createTime",
    since: new Date(0),
    // Of a replica whose clock is ahead, too.
    until: new Date(now.getTime() + 86_400_000),
    filter: { undecided: true },
    ...page,
  });

/** All cases of an order, newest first: it has few. */
export const findOfOrder = (cases: CaseStore, orderId: string): Promise<Case[]> =>
  cases.collection.find({ orderId }).sort(byNewest).toArray();

/** Cases: where they are kept, and what other services learn of them. */
export const caseAggregate = defineAggregate({
  collection: "cases",
  stream: "CASES",
  event: CaseEventSchema,
  state: caseState,
  notFound: () => new DomainError("CASE_NOT_FOUND", "there is no such case"),
  indexes: [
    { key: { parties: 1, ...byNewest } },
    { key: { orderId: 1, ...byNewest } },
    { key: { undecided: 1, createTime: 1, _id: 1 } },
  ],
});
