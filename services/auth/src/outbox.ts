import type { Outbox } from "@ticketing/runtime/documents/outbox";
import type { User } from "./user.ts";
import { userEvent } from "./user-event.ts";

/** What other services learn of users. */
export const outbox: Outbox<User> = {
  collection: "users",
  stream: "USERS",
  subject: "evt.auth.>",
  event: userEvent,
};
