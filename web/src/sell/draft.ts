import type { MessageInitShape } from "@bufbuild/protobuf";
import { Category, type Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type {
  CreateTicketRequestSchema,
  UpdateTicketRequestSchema,
} from "@ticketing/proto/tickets/v1/ticket_service";
import { eventOfTicket, type KnownEvent } from "../events/known-event.ts";
import { amountText, parseAmount } from "../form/parse-amount.ts";

/** What a ticket is for, and the texts of its other fields, valid or not. */
export interface Draft {
  /** Undefined until one is chosen. */
  readonly event: KnownEvent | undefined;
  readonly section: string;
  readonly row: string;
  readonly number: string;
  readonly title: string;
  readonly price: string;
  readonly currency: string;
}
export type DraftField = keyof Draft;
/** The fields that hold a text. */
export type TextField = Exclude<DraftField, "event">;

export const emptyDraft: Draft = {
  event: undefined,
  section: "",
  row: "",
  number: "",
  title: "",
  price: "",
  currency: "EUR",
};

/** The draft that shows a listed ticket. */
export function draftOf(ticket: Ticket): Draft {
  const { title, seat, price } = ticket;
  return {
    event: eventOfTicket(ticket),
    section: seat?.section ?? "",
    row: seat?.row ?? "",
    number: seat?.number ?? "",
    title,
    price: price ? amountText(price.minorUnits, price.currency) : "",
    currency: price?.currency ?? emptyDraft.currency,
  };
}

type Offer = Required<
  Pick<
    MessageInitShape<typeof CreateTicketRequestSchema>,
    "title" | "category" | "eventId" | "seat" | "price"
  >
>;

/** A draft as the fields of the contract. A price that cannot be read is zero, which the contract refuses. */
export function offerOf(draft: Draft) {
  return {
    title: draft.title.trim(),
    category: draft.event?.category ?? Category.UNSPECIFIED,
    eventId: draft.event?.id ?? "",
    seat: { section: draft.section.trim(), row: draft.row.trim(), number: draft.number.trim() },
    price: { minorUnits: parseAmount(draft.price, draft.currency) ?? 0n, currency: draft.currency },
  } satisfies Offer;
}

/**
 * Whether two drafts mean the same in a field: spaces around a text and "45" for "45.00" make no difference, nor does an
 * event whose id was not known yet.
 */
function same(field: DraftField, a: Draft, b: Draft): boolean {
  if (field === "event") return sameEvent(a.event, b.event);
  if (field !== "price") return a[field].trim() === b[field].trim();
  const amounts = [a, b].map(({ price, currency }) => parseAmount(price, currency) ?? price.trim());
  return amounts[0] === amounts[1];
}

function sameEvent(a: KnownEvent | undefined, b: KnownEvent | undefined): boolean {
  if (!a || !b) return a === b;
  if (a.id && b.id) return a.id === b.id;
  return a.title === b.title && a.city === b.city && a.start.getTime() === b.start.getTime();
}

const fields = Object.keys(emptyDraft) as DraftField[];

/** The fields in which two drafts differ. */
export const differences = (a: Draft, b: Draft): DraftField[] => fields.filter((field) => !same(field, a, b));

/** The parts of the offer that a draft changes: nothing else is sent. */
export function changesOf(
  draft: Draft,
  ticket: Ticket,
): Omit<MessageInitShape<typeof UpdateTicketRequestSchema>, "ticketId" | "version" | "$typeName"> {
  const changed = differences(draft, draftOf(ticket));
  const touched = (...fields: DraftField[]) => fields.some((field) => changed.includes(field));
  const { title, category, eventId, seat, price } = offerOf(draft);
  return {
    ...(touched("title") && { title }),
    ...(touched("event") && { eventId, category }),
    ...(touched("section", "row", "number") && { seat }),
    ...(touched("price", "currency") && { price }),
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
  // An event that stays may have been moved, or its id become known.
  const event = taken.includes("event") || same("event", draft, newer) ? newer.event : draft.event;
  return {
    draft: { ...draft, ...Object.fromEntries(taken.map((field) => [field, newer[field]])), event },
    taken,
    contested,
  };
}
