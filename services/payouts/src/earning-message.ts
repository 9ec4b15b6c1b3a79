import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  EarningHoldReason,
  type EarningSchema,
  type FrozenEarningSchema,
} from "@ticketing/proto/payouts/v1/earning";
import { moneyInit } from "@ticketing/runtime/values/money";
import type { Earning } from "./earning.ts";
import { feeOf, keptOf, netOf, owedOf, partsOf } from "./earning-amounts.ts";
import { shownHoldReason } from "./earning-cases.ts";
import { freezeOf } from "./freeze-by-hand.ts";

/** What other services learn of an earning by its events: its message has these fields by the same names. */
export const earningState = (earning: Earning) => ({
  id: earning._id,
  sellerId: earning.sellerId,
  status: earning.status,
  price: moneyInit(earning.price),
  fee: BigInt(feeOf(earning)),
  amountRefunded: BigInt(partsOf(earning)),
  holdReason: shownHoldReason(earning) ?? EarningHoldReason.UNSPECIFIED,
  version: BigInt(earning.version),
});

/** The earning as its seller and the workflows see it. */
export const earningMessage = (earning: Earning): MessageInitShape<typeof EarningSchema> => ({
  ...earningState(earning),
  ticketId: earning.ticketId,
  title: earning.title,
  net: BigInt(netOf(earning)),
  releaseTime: timestampFromDate(earning.releaseTime),
  ...(earning.transferTime && { transferTime: timestampFromDate(earning.transferTime) }),
  providerTransferId: earning.transferId ?? "",
  owed: BigInt(owedOf(earning)),
  kept: BigInt(keptOf(earning)),
  providerRefusalCode: earning.refusal?.code ?? "",
  createTime: timestampFromDate(earning.createTime),
  updateTime: timestampFromDate(earning.updateTime),
});

/** An earning that an operator keeps, as operators see it. */
export function frozenMessage(earning: Earning): MessageInitShape<typeof FrozenEarningSchema> {
  const { by, proposal } = freezeOf(earning) ?? {};
  return {
    earning: earningMessage(earning),
    ...(by && { operatorId: by.operatorId, reason: by.reason, freezeTime: timestampFromDate(by.time) }),
    ...(proposal && {
      proposal: {
        operatorId: proposal.operatorId,
        reason: proposal.reason,
        proposeTime: timestampFromDate(proposal.time),
      },
    }),
  };
}
