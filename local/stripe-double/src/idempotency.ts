import { createHash } from "node:crypto";
import { ApiError, invalid } from "./api-error.ts";
import type { SavedResponse, State } from "./state.ts";

const LIFETIME = 24 * 60 * 60;

export interface Idempotency {
  /** The answer kept for this key, or nothing if the request is new; then `end` must follow. */
  begin(key: string, endpoint: string, parameters: string, now: number): SavedResponse | undefined;
  /** Keeps the answer, if the endpoint acted, and lets go of the key. */
  end(
    key: string,
    endpoint: string,
    parameters: string,
    answer: Omit<SavedResponse, "id" | "endpoint" | "parameters"> | undefined,
  ): void;
}

/**
 * docs.stripe.com/api/idempotent_requests and docs.stripe.com/error-low-level#idempotency: the first answer is kept,
 * a 500 too; other parameters are refused; so is a second request while the first runs. Keys live 24 hours.
 */
export function createIdempotency(state: State): Idempotency {
  const running = new Set<string>();
  return {
    begin: (key, endpoint, text, now) => {
      if (key.length > 255) throw invalid("Idempotency keys may be up to 255 characters long.");
      const saved = state.responses.get(key);
      if (saved && saved.created + LIFETIME > now) {
        if (saved.endpoint !== endpoint || saved.parameters !== hash(text)) throw reused(key);
        return saved;
      }
      if (running.has(key)) {
        throw new ApiError(
          409,
          "There is currently another in-progress request using this idempotency key.",
          {
            type: "idempotency_error",
            code: "idempotency_key_in_use",
          },
        );
      }
      running.add(key);
      return undefined;
    },
    end: (key, endpoint, text, answer) => {
      running.delete(key);
      if (answer) state.responses.put({ ...answer, id: key, endpoint, parameters: hash(text) });
    },
  };
}

function reused(key: string): ApiError {
  return new ApiError(
    400,
    `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    { type: "idempotency_error" },
  );
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
