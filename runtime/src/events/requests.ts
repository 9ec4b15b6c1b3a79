import type { NatsConnection } from "@nats-io/transport-node";
import type { BrokerAccess } from "./broker-access.ts";
import { listen } from "./listen.ts";

const TIMEOUT_MS = 10_000;
const TAKEN = "taken";

/** What processes ask of each other without knowing each other's addresses. Requests are kept nowhere. */
export interface Requests {
  /** Resolves when somebody has taken the request. Rejects when it was refused, or nobody answers for ten seconds. */
  ask(subject: string): Promise<void>;
  /**
   * Takes requests: of all processes of this name, one gets each. `take` resolves when the request outlives this
   * process, or is done. What one process has several takers of is taken when all of them have taken it. `by`: the name of
   * the process that asks; empty from one of the release before.
   */
  answer(subject: string, take: (by: string) => Promise<void>): void;
}

export function createRequests(broker: {
  connection: NatsConnection;
  access: BrokerAccess;
  name: string;
}): Requests {
  const { connection, name } = broker;
  const takers = new Map<string, ((by: string) => Promise<void>)[]>();
  return {
    async ask(subject) {
      const answer = (await connection.request(subject, name, { timeout: TIMEOUT_MS })).string();
      if (answer !== TAKEN) throw new Error(`${subject} was refused: ${answer}`);
    },
    answer(subject, take) {
      const known = takers.get(subject);
      if (known) return void known.push(take);
      const all = [take];
      takers.set(subject, all);
      listen(broker, { subject, queue: name }, (request) => {
        Promise.all(all.map((each) => each(request.string()))).then(
          () => request.respond(TAKEN),
          (failure: unknown) => request.respond(String(failure)),
        );
      });
    },
  };
}
