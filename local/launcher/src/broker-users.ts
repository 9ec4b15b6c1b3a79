import { randomBytes } from "node:crypto";
import { type ServiceName, serviceNames } from "./service-names.ts";

/** Who may enter the broker: each service as itself, and people. */
export type BrokerUser = ServiceName | "operator";
export const brokerUsers: readonly BrokerUser[] = [...serviceNames, "operator"];

/** Begins with a letter: NATS reads what begins with a digit as a number. */
export const newPassword = (): string => `p${randomBytes(24).toString("base64url")}`;

/** The broker's address with the login of a user. */
export function brokerUrl(
  natsUrl: string,
  user: BrokerUser,
  passwords: Readonly<Record<BrokerUser, string>>,
): string {
  const url = new URL(natsUrl);
  url.username = user;
  url.password = passwords[user];
  return url.href;
}
