import { readFile } from "node:fs/promises";
import type { NatsUsers } from "@ticketing/servers/nats";
import { type BrokerUser, brokerUsers } from "./broker-users.ts";
import { repositoryPath } from "./process-table.ts";

/** The broker's users with the permissions that they have on a cluster. */
export async function natsUsers(passwords: Readonly<Record<BrokerUser, string>>): Promise<NatsUsers> {
  return {
    config: await readFile(repositoryPath("k8s/engines/nats/users.conf"), "utf8"),
    env: Object.fromEntries(brokerUsers.map((user) => [`${user.toUpperCase()}_PASSWORD`, passwords[user]])),
  };
}
