import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import type { Transition } from "@ticketing/runtime/documents/transition";
import type { OutgoingEvent } from "@ticketing/runtime/events/events";
import type { User } from "./user.ts";

/** What the public learns of a transition of a user: the display name and nothing else. */
export function userEvent(user: User, transition: Transition): OutgoingEvent {
  const event = create(UserEventSchema, {
    id: user._id,
    version: BigInt(transition.version),
    time: timestampFromDate(transition.time),
    transition:
      transition.type === "user_renamed"
        ? { case: "userRenamed", value: {} }
        : { case: "userSignedUp", value: {} },
    state: { id: user._id, displayName: user.displayName, version: BigInt(user.version) },
  });
  return {
    subject: `evt.auth.v1.${transition.type}.${user._id}`,
    id: `${user._id}:${transition.version}`,
    type: `ticketing.auth.v1.${transition.type}`,
    source: "auth",
    time: transition.time,
    requestId: transition.requestId,
    payload: toBinary(UserEventSchema, event),
  };
}
