import type { User } from "@ticketing/proto/auth/v1/user";

/** Whether this person may see the operations page. The services decide; this only hides what they would refuse. */
export const isOperator = (user: User): boolean => user.roles.includes("operator");
