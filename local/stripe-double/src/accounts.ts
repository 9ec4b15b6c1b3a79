import { z } from "zod";
import { missing } from "./api-error.ts";
import { newId, randomText } from "./ids.ts";
import { page } from "./listing.ts";
import type { Account } from "./objects.ts";
import { type Call, emit, type Operation, operation } from "./operation.ts";
import { common, flag, listing, mergeMetadata, metadata } from "./parameters.ts";

/** How long a page for onboarding can be opened: some minutes (docs.stripe.com/api/account_links/object). */
const PAGE_LIFETIME = 300;

/** What a person is asked for before money can be paid out (docs.stripe.com/connect/required-verification-information). */
const ASKED = [
  "external_account",
  "individual.dob.day",
  "individual.first_name",
  "individual.last_name",
  "tos_acceptance.date",
];

/** docs.stripe.com/connect/migrate-to-controller-properties: this double knows the accounts with an Express Dashboard. */
const controller = z.strictObject({
  stripe_dashboard: z.strictObject({ type: z.literal("express") }),
  fees: z.strictObject({ payer: z.literal("application") }),
  losses: z.strictObject({ payments: z.literal("application") }),
  requirement_collection: z.literal("stripe").optional(),
});

const createSchema = z.strictObject({
  ...common,
  controller,
  capabilities: z.strictObject({ transfers: z.strictObject({ requested: flag }) }),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  metadata: metadata.optional(),
});

/** docs.stripe.com/api/accounts/create: nothing can be transferred to it before onboarding. */
function createAccount(call: Call, parameters: z.output<typeof createSchema>): Account {
  return call.state.accounts.put({
    id: newId("acct").replace("acct_", "acct_1"),
    object: "account",
    capabilities: { transfers: "inactive" },
    charges_enabled: false,
    created: call.now,
    details_submitted: false,
    metadata: mergeMetadata({}, parameters.metadata),
    payouts_enabled: false,
    requirements: {
      currently_due: ASKED,
      disabled_reason: "requirements.past_due",
      eventually_due: ASKED,
      past_due: ASKED,
      pending_verification: [],
    },
  });
}

/** The seller has told all: docs.stripe.com/connect/hosted-onboarding. */
export function completeOnboarding(call: Call, account: Account): Account {
  return updated(call, {
    ...account,
    capabilities: { transfers: "active" },
    details_submitted: true,
    payouts_enabled: true,
    requirements: {
      currently_due: [],
      disabled_reason: null,
      eventually_due: [],
      past_due: [],
      pending_verification: [],
    },
  });
}

/** Something is asked for that was not told in time, or the account is refused: docs.stripe.com/connect/handling-api-verification. */
export function restrictAccount(call: Call, account: Account, reason: string): Account {
  const due = reason === "requirements.past_due" ? ["individual.verification.document"] : [];
  return updated(call, {
    ...account,
    capabilities: { transfers: "inactive" },
    payouts_enabled: false,
    requirements: {
      ...account.requirements,
      currently_due: due,
      disabled_reason: reason,
      past_due: due,
    },
  });
}

function updated(call: Call, account: Account): Account {
  call.state.accounts.put(account);
  emit(call, "account.updated", account, account.id);
  return account;
}

/** What an account has, in minor units: what was transferred to it and neither taken back nor paid out. */
export function balanceOf({ state }: Call, accountId: string): number {
  const transferred = state.transfers.all().filter(({ destination }) => destination === accountId);
  const kept = transferred.reduce((sum, { amount, amount_reversed: back }) => sum + amount - back, 0);
  return kept - (state.paidOut.get(accountId)?.amount ?? 0);
}

/** All that it has goes to its bank (docs.stripe.com/connect/payouts-connected-accounts): nothing can be taken back. */
export function payOut(call: Call, account: Account): object {
  const before = call.state.paidOut.get(account.id)?.amount ?? 0;
  const amount = before + balanceOf(call, account.id);
  return call.state.paidOut.put({ id: account.id, amount });
}

function findAccount(call: Call, id: string): Account {
  const account = call.state.accounts.get(id);
  if (!account) throw missing("account", id, "account");
  return account;
}

const linkSchema = z.strictObject({
  ...common,
  account: z.string(),
  refresh_url: z.url(),
  return_url: z.url(),
  type: z.literal("account_onboarding"),
});

/** docs.stripe.com/api/account_links/create */
function createLink(call: Call, parameters: z.output<typeof linkSchema>): object {
  const { account, refresh_url: refreshUrl, return_url: returnUrl } = parameters;
  findAccount(call, account);
  const expiresAt = call.now + PAGE_LIFETIME;
  const id = randomText(32);
  call.state.accountPages.put({ id, account, refreshUrl, returnUrl, expiresAt, isUsed: false });
  return {
    object: "account_link",
    created: call.now,
    expires_at: expiresAt,
    url: `${call.origin}/setup/${id}`,
  };
}

export const accountOperations: Operation[] = [
  operation(
    { name: "accounts.create", method: "POST", path: "/v1/accounts", schema: createSchema },
    createAccount,
  ),
  operation(
    { name: "accounts.list", method: "GET", path: "/v1/accounts", schema: z.strictObject(listing) },
    (call, paging) => page(call.state.accounts.all(), paging, "/v1/accounts"),
  ),
  operation(
    { name: "accounts.retrieve", method: "GET", path: "/v1/accounts/:id", schema: z.strictObject(common) },
    (call, _parameters, id) => findAccount(call, id),
  ),
  operation(
    { name: "account_links.create", method: "POST", path: "/v1/account_links", schema: linkSchema },
    createLink,
  ),
];
