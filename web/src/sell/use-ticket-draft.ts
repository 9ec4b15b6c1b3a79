import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { useEffect, useState } from "react";
import { announce } from "../design/announcer.tsx";
import { formatMoney } from "../format/format-money.ts";
import { isolate } from "../format/isolate.ts";
import { type Draft, type DraftField, differences, draftOf, rebase } from "./draft.ts";
import { sellTexts as texts } from "./texts.ts";

/** A draft of changes to a listed ticket, kept on top of the ticket's newest state. */
export interface TicketDraft {
  readonly draft: Draft;
  /** The state of the ticket that saving replaces. */
  readonly base: Ticket;
  /** Whether the draft changes anything. */
  readonly dirty: boolean;
  /** Fields that changed elsewhere since the last save or `takeNewest`: see `rebase`. */
  readonly taken: readonly DraftField[];
  readonly contested: readonly DraftField[];
  readonly newest: Ticket;
  change(draft: Draft): void;
  saved(ticket: Ticket): void;
  takeNewest(): void;
}

interface State {
  readonly draft: Draft;
  readonly base: Ticket;
  readonly taken: readonly DraftField[];
  readonly contested: readonly DraftField[];
}

const fresh = (ticket: Ticket): State => ({ draft: draftOf(ticket), base: ticket, taken: [], contested: [] });

/** Begins with the ticket as it is, and merges newer states into the draft. Nothing that was typed is lost. */
export function useTicketDraft(ticket: Ticket): TicketDraft {
  const [state, setState] = useState(() => fresh(ticket));
  const [refreshed, setRefreshed] = useState(0);
  if (ticket.version > state.base.version) {
    const before = draftOf(state.base);
    const clean = differences(state.draft, before).length === 0;
    const { draft, taken, contested } = rebase(state.draft, before, draftOf(ticket));
    const merge = (held: readonly DraftField[], more: readonly DraftField[]) => [
      ...new Set([...held, ...more]),
    ];
    if (clean && taken.length > 0) setRefreshed((count) => count + 1);
    setState({
      draft,
      base: ticket,
      taken: clean ? [] : merge(state.taken, taken),
      contested: clean ? [] : merge(state.contested, contested),
    });
  }
  useEffect(() => {
    if (refreshed > 0) announce(texts.refreshed);
  }, [refreshed]);
  return {
    ...state,
    dirty: differences(state.draft, draftOf(state.base)).length > 0,
    newest: state.base,
    change: (draft) => setState((held) => ({ ...held, draft })),
    saved: (answer) => setState(fresh(answer)),
    takeNewest: () => setState((held) => fresh(held.base)),
  };
}

/** The text of a ticket's field, formatted for reading. */
export function shownText(field: DraftField, ticket: Ticket): string {
  switch (field) {
    case "price":
      return ticket.price ? formatMoney(ticket.price) : "";
    case "event":
      return isolate(ticket.event?.title ?? "");
    default:
      return isolate(draftOf(ticket)[field]);
  }
}
