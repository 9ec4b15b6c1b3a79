import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Category, type Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type {
  CreateTicketRequestSchema,
  UpdateTicketRequestSchema,
} from "@ticketing/proto/tickets/v1/ticket_service";
import { localDate, localText } from "../form/local-time.ts";
import { amountText, parseAmount } from "../form/parse-amount.ts";

/** The texts of the fields of a ticket, valid or not. */
export interface Draft {
  readonly event: string;
  readonly category: string;
  readonly venue: string;
  readonly city: string;
  /** In the seller's time zone, to the minute. */
  readonly start: string;
  readonly section: string;
  readonly row: string;
  readonly number: string;
  readonly title: string;
  readonly price: string;
  readonly currency: string;
}
export type DraftField = keyof Draft;

export const emptyDraft: Draft = {
  event: "",
  category: String(Category.UNSPECIFIED),
  venue: "",
  city: "",
  start: "",
  section: "",
  row: "",
  number: "",
  title: "",
  price: "",
  currency: "EUR",
};

/** The draft that shows a listed ticket. */
export function draftOf({ title, category, event, seat, price }: Ticket): Draft {
  return {
    event: event?.title ?? "",
    category: String(category),
    venue: event?.venue ?? "",
    city: event?.city ?? "",
    start: event?.startTime ? localText(timestampDate(event.startTime)) : "",
    section: seat?.section ?? "",
    row: seat?.row ?? "",
    number: seat?.number ?? "",
    title,
    price: price ? amountText(price.minorUnits, price.currency) : "",
    currency: price?.currency ?? emptyDraft.currency,
  };
}

type Offer = Required<
  Pick<MessageInitShape<typeof CreateTicketRequestSchema>, "title" | "category" | "event" | "seat" | "price">
>;

/** A draft as the fields of the contract. A price that cannot be read is zero, which the contract refuses. */
export function offerOf(draft: Draft) {
  const start = localDate(draft.start);
  return {
    title: draft.title.trim(),
    category: Number(draft.category),
    event: {
      title: draft.event.trim(),
      venue: draft.venue.trim(),
      city: draft.city.trim(),
      ...(start && { startTime: timestampFromDate(start) }),
    },
    seat: { section: draft.section.trim(), row: draft.row.trim(), number: draft.number.trim() },
    price: { minorUnits: parseAmount(draft.price, draft.currency) ?? 0n, currency: draft.currency },
  } satisfies Offer;
}

/** Whether two texts of a field mean the same: spaces around it and "45" for "45.00" make no difference. */
function same(field: DraftField, a: Draft, b: Draft): boolean {
  if (field !== "price") return a[field].trim() === b[field].trim();
  const amounts = [a, b].map(({ price, currency }) => parseAmount(price, currency) ?? price.trim());
  return amounts[0] === amounts[1];
}

const fields = Object.keys(emptyDraft) as DraftField[];

/** The fields in which two drafts differ. */
export const differences = (a: Draft, b: Draft): DraftField[] => fields.filter((field) => !same(field, a, b));

const groups = {
  title: ["title"],
  category: ["category"],
  event: ["event", "venue", "city", "start"],
  seat: ["section", "row", "number"],
  price: ["price", "currency"],
} as const satisfies Record<keyof Offer, readonly DraftField[]>;

/** The parts of the offer that a draft changes. An unchanged field is not sent, so that a start keeps its seconds. */
export function changesOf(
  draft: Draft,
  ticket: Ticket,
): Omit<MessageInitShape<typeof UpdateTicketRequestSchema>, "ticketId" | "version" | "$typeName"> {
  const changed = differences(draft, draftOf(ticket));
  const touched = (part: keyof Offer) => groups[part].some((field) => changed.some((each) => each === field));
  const { title, category, event, seat, price } = offerOf(draft);
  const kept = !changed.includes("start") && ticket.event?.startTime;
  return {
    ...(touched("title") && { title }),
    ...(touched("category") && { category }),
    ...(touched("event") && { event: kept ? { ...event, startTime: kept } : event }),
    ...(touched("seat") && { seat }),
    ...(touched("price") && { price }),
  };
}

/** The result of putting a draft on top of a newer ticket. */
export interface Rebased {
  readonly draft: Draft;
  /** Fields that changed elsewhere and were unchanged in the draft: they now have the newer text. */
  readonly taken: readonly DraftField[];
  /** Fields that changed on both sides: the draft's text stays. */
  readonly contested: readonly DraftField[];
}

/** Puts a draft that began from `base` on top of a newer state. Nothing that was typed is lost. */
export function rebase(draft: Draft, base: Draft, newer: Draft): Rebased {
  const changed = differences(base, newer).filter((field) => !same(field, draft, newer));
  const contested = changed.filter((field) => !same(field, draft, base));
  const taken = changed.filter((field) => !contested.includes(field));
  return {
    draft: { ...draft, ...Object.fromEntries(taken.map((field) => [field, newer[field]])) },
    taken,
    contested,
  };
}
