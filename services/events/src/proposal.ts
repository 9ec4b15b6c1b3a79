import { DomainError } from "@ticketing/runtime/process/domain-error";

/** Who proposed something, and by which request. */
export interface Proposal {
  /** The id of what is proposed. */
  id: string;
  proposerId: string;
  /** What the request asked for, to tell a repeat from another wish. */
  requestFingerprint: string;
}

/** Throws REQUEST_ID_REUSED unless it is what this request asks for. */
export function requireSameRequest<T extends Pick<Proposal, "requestFingerprint">>(
  known: T,
  { requestFingerprint }: Pick<Proposal, "requestFingerprint">,
): T {
  if (known.requestFingerprint === requestFingerprint) return known;
  throw new DomainError("REQUEST_ID_REUSED", "this request_id was used for another proposal");
}
