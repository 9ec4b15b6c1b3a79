import { useRef } from "react";
import { isPassing } from "../api/reason.ts";

/** The id under which a form is sent: one for every attempt of the same request. */
export interface RequestId {
  readonly current: string;
  /** Sends the form; what fails for good is sent under another id afterwards. */
  spend(send: () => Promise<void>): Promise<void>;
}

/** A new id, which stays as long as the outcome of a call that had it is unknown, so that nothing is done twice. */
export function useRequestId(): RequestId {
  const id = useRef("");
  id.current ||= crypto.randomUUID();
  return {
    current: id.current,
    async spend(send) {
      try {
        await send();
      } catch (error) {
        if (!isPassing(error)) id.current = crypto.randomUUID();
        throw error;
      }
    },
  };
}
