/**
 * What the restricted key of payouts may do (docs.stripe.com/keys/restricted-api-keys): the permissions that
 * docs/cluster.md names for it, as names of operations.
 */
export const restrictedOperations: readonly string[] = [
  ...["accounts.create", "accounts.retrieve", "account_links.create"],
  ...["transfers.create", "transfers.list", "transfers.retrieve"],
  ...["transfer_reversals.create", "transfer_reversals.list"],
];
