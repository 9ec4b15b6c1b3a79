import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";

/** The broker is there and refuses what this process cannot do without. */
export class BrokerRefusal extends Error {
  constructor(refusals: readonly string[]) {
    super(`the broker refuses ${refusals.join("; ")}`);
    this.name = "BrokerRefusal";
  }
}

/** One thing that a process needs of the broker: its login, or a consumer. */
export interface Need {
  granted(): void;
  /** It failed. That counts as refused only if no waiting can help: an outage is none. */
  failed(error: unknown): void;
}

/** What the broker refuses to this process at the moment. */
export interface BrokerAccess {
  need(name: string): Need;
  /** Throws {@link BrokerRefusal} while anything is refused. */
  require(): void;
  /** A new connection: what it refuses has yet to be seen. */
  forget(): void;
}

export function createBrokerAccess(): BrokerAccess {
  const refusals = new Map<string, string>();
  return {
    need: (name) => ({
      granted: () => refusals.delete(name),
      failed(error) {
        if (isRefusal(error)) refusals.set(name, `${name}: ${error.message}`);
      },
    }),
    require() {
      if (refusals.size > 0) throw new BrokerRefusal([...refusals.values()]);
    },
    forget: () => refusals.clear(),
  };
}

/** A wrong password, a missing permission, or a consumer that exists with another purpose (status 400). */
function isRefusal(error: unknown): error is Error {
  return (
    error instanceof errors.AuthorizationError ||
    error instanceof errors.UserAuthenticationExpiredError ||
    error instanceof errors.PermissionViolationError ||
    (error instanceof JetStreamApiError && error.status === 400) ||
    // A request carries its refusal as the cause.
    (error instanceof errors.RequestError && isRefusal(error.cause))
  );
}
