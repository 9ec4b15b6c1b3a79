import { expect, test } from "@jest/globals";
import { SignUpRequestSchema } from "@ticketing/proto/auth/v1/auth_service";
import { WatchTicketsRequestSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { EventSchema, SeatSchema } from "@ticketing/proto/tickets/v1/ticket";
import { MoneySchema } from "@ticketing/proto/type/v1/money";
import { limitsOf } from "./limits.ts";

test.each([
  ["of a text, in characters", SignUpRequestSchema.field.password, { min: 8n, max: 128n }],
  ["of a text that may be empty", SeatSchema.field.row, { max: 10n }],
  ["of a list, in items", WatchTicketsRequestSchema.field.ticketIds, { min: 1n, max: 100n }],
  ["of a number", MoneySchema.field.minorUnits, { min: 1n, max: 10_000_000n }],
  ["of a field without a constraint of this kind", EventSchema.field.startTime, {}],
])("the limits %s come from its constraint", (_, field, limits) => {
  expect(limitsOf(field)).toEqual({ min: undefined, max: undefined, ...limits });
});
