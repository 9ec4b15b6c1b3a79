import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type BookedMovementSchema,
  EarningRecordSchema,
} from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { RecordSelection } from "@ticketing/proto/type/internal/v1/record_selection";
import { isUnpublished, tellRecords } from "@ticketing/runtime/documents/select-records";
import type { Clock } from "@ticketing/runtime/process/clock";
import { someAtOnce } from "@ticketing/runtime/process/some-at-once";
import { orUnavailable } from "@ticketing/runtime/stripe/stripe-unavailable";
import { bookDifferences, bookedMovements } from "./compare-books.ts";
import type { Earning } from "./earning.ts";
import type { EarningStore } from "./earning-aggregate.ts";
import { earningMessage } from "./earning-message.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

/** Stripe counts calls by the second: so many at once leave most of them to what moves money. */
const AT_ONCE = 5;

/** Earnings, with what their books and Stripe differ in, for whoever compares them. */
export type EarningRecords = ReturnType<typeof createEarningRecords>;

export function createEarningRecords(deps: {
  earnings: Pick<EarningStore, "select" | "ofOrders">;
  stripe: Pick<StripeGateway, "listTransfers">;
  clock: Clock;
}) {
  const { earnings, stripe, clock } = deps;

  /** Nothing of what is held was ever asked of Stripe. */
  const differencesOf = async (earning: Earning): Promise<string[]> =>
    earning.status === EarningStatus.HELD
      ? []
      : bookDifferences(earning, await orUnavailable(stripe.listTransfers(earning._id)));

  return {
    /** Throws BAD_PAGE_TOKEN, STRIPE_UNAVAILABLE or STRIPE_KEY_REFUSED. */
    async select(selection: RecordSelection | undefined) {
      const { documents, nextPageToken } = await earnings.select(selection);
      const differences = new Map<string, string[]>();
      await someAtOnce(documents, AT_ONCE, async (earning) => {
        differences.set(earning._id, await differencesOf(earning));
      });
      const { records, unreadable } = tellRecords(EarningRecordSchema, documents, (earning) => ({
        earning: earningMessage(earning),
        updateTime: timestampFromDate(earning.updateTime),
        unpublished: isUnpublished(earning, clock()),
        differences: differences.get(earning._id) ?? [],
      }));
      return { earnings: records, unreadable, nextPageToken };
    },

    /** What is booked of these orders' transfers and reversals. */
    async movements(orderIds: string[]): Promise<MessageInitShape<typeof BookedMovementSchema>[]> {
      const found = await earnings.ofOrders(orderIds);
      return found.flatMap((earning) =>
        bookedMovements(earning).map(({ id, amount }) => ({
          ...{ orderId: earning._id, providerObjectId: id, amount: BigInt(amount) },
          currency: earning.price.currency,
        })),
      );
    },
  };
}
