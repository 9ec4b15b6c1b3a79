import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type SellerAccountSchema, SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import type { SellerAccount } from "./seller-account.ts";

/** What other services learn of an account by its events. */
export const sellerAccountState = ({ _id, status, version }: SellerAccount) => ({
  id: _id,
  status,
  version: BigInt(version),
});

/** The account as its seller sees it; of one who never began that there is none. */
export function sellerAccountMessage(
  sellerId: string,
  account: SellerAccount | null,
): MessageInitShape<typeof SellerAccountSchema> {
  if (!account) return { id: sellerId, status: SellerAccountStatus.NONE };
  return {
    ...sellerAccountState(account),
    missing: account.missing,
    restriction: account.restriction ?? "",
    createTime: timestampFromDate(account.createTime),
    updateTime: timestampFromDate(account.updateTime),
  };
}
