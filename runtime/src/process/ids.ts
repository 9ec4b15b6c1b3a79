import { v5, v7 } from "uuid";

// Any fixed UUID serves as the namespace of RFC 9562 section 5.5; this one is ours for ever.
const NAMESPACE = "6f1b1f6e-4d0b-4a53-9a63-3d2f0f8d7a11";

/** A new id: UUIDv7, so that ids sort by the time they were made. */
export const newId = (): string => v7();

/** The id of what a user creates with a request id: the same for every repeat (UUIDv5). */
export const derivedId = (userId: string, requestId: string): string =>
  v5(`${userId}:${requestId.toLowerCase()}`, NAMESPACE);
