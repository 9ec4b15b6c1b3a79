import { DomainError } from "@ticketing/runtime/process/domain-error";

/** A request by its client's id, and what it asked for. */
export interface EditRequest {
  id: string;
  fingerprint: string;
}

/** A change that a seller made. */
export interface Edit {
  time: Date;
  /** Absent where the client gave its request no id. */
  request?: EditRequest | undefined;
}

/** The most changes of a ticket within the window. As many are kept, by which repeats of their requests are known. */
const EDIT_LIMIT = 30;
const EDIT_WINDOW_MS = 60_000;

/** Whether this request was carried out already. Throws REQUEST_ID_REUSED where its id stood for another change. */
export function isRepeat(edits: readonly Edit[], request: EditRequest | undefined): boolean {
  const made = request && edits.find((edit) => edit.request?.id === request.id)?.request;
  if (!made) return false;
  if (made.fingerprint !== request.fingerprint) {
    throw new DomainError("REQUEST_ID_REUSED", "this request_id was used for another change");
  }
  return true;
}

/** The newest changes and one more. Throws TOO_MANY_EDITS with the time to wait. */
export function withEdit(edits: readonly Edit[], edit: Edit): Edit[] {
  const counted = edits.at(-EDIT_LIMIT);
  const leftMs = counted ? counted.time.getTime() + EDIT_WINDOW_MS - edit.time.getTime() : 0;
  if (leftMs > 0) {
    throw new DomainError("TOO_MANY_EDITS", "this ticket was changed too often within a minute", {}, leftMs);
  }
  return [...edits, edit].slice(-EDIT_LIMIT);
}
