import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { TicketFileEventSchema } from "@ticketing/proto/deliveries/v1/ticket_file_events";
import { defineAggregate } from "@ticketing/runtime/documents/aggregate";
import type { AggregateStore } from "@ticketing/runtime/documents/aggregate-store";
import { pageByTime } from "@ticketing/runtime/documents/page-by-time";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { TicketFile } from "./ticket-file.ts";

export type TicketFileStore = AggregateStore<TicketFile>;

/** A page of the files that are to be looked after at this instant or before; earliest first. */
export const findToLookAt = (
  ticketFiles: TicketFileStore,
  now: Date,
  page: { pageSize: number; pageToken: string },
) =>
  pageByTime(ticketFiles.collection, {
    time: "lookTime",
    since: new Date(0),
    until: new Date(now.getTime() + 1),
    ...page,
  });

/** Files of listed tickets: where they are kept, and what other services learn of them. */
export const ticketFileAggregate = defineAggregate({
  collection: "ticket_files",
  stream: "DELIVERIES",
  event: TicketFileEventSchema,
  state: (file: TicketFile) => ({
    id: file._id,
    sellerId: file.sellerId,
    version: BigInt(file.version),
    createTime: timestampFromDate(file.createTime),
    ready: file.upload !== undefined,
  }),
  notFound: () => new DomainError("UPLOAD_MISSING", "no upload was begun for this ticket"),
  indexes: [{ key: { lookTime: 1, _id: 1 } }],
});
