import type { Earning } from "@ticketing/proto/payouts/v1/earning";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import { databaseUri } from "@ticketing/servers/mongo";
import { type Document, MongoClient } from "mongodb";
import type { Person } from "./clients.ts";
import { deliverWithRetries } from "./stories.ts";
import { control } from "./stripe-control.ts";
import { eventually, type TestMesh } from "./test-mesh.ts";

/** A transfer as the Stripe double holds it. */
export interface ShownTransfer {
  id: string;
  amount: number;
  amount_reversed: number;
  currency: string;
  destination: string;
  source_transaction: string;
  transfer_group: string;
}

/** What the Stripe double holds of the money of an order's seller. */
export async function transfersOf(
  { addresses }: Pick<TestMesh, "addresses">,
  orderId: string,
): Promise<ShownTransfer[]> {
  const { transfers } = (await (await fetch(`${addresses.stripe}/control/state`)).json()) as {
    transfers: ShownTransfer[];
  };
  return transfers.filter(({ transfer_group: group }) => group === orderId);
}

/** The seller goes through the onboarding of the Stripe double, or leaves it before the end. */
export async function onboard(seller: Person, outcome: "complete" | "leave" = "complete"): Promise<void> {
  const { url } = await seller.payouts.startOnboarding({});
  const page = await fetch(url);
  if (page.status !== 200) throw new Error(`the page for onboarding did not open: ${page.status}`);
  const body = new URLSearchParams({ outcome });
  const left = await fetch(url, { method: "POST", body, redirect: "manual" });
  if (!left.headers.get("location")?.endsWith("/get-paid")) throw new Error("it leads to another page");
  const { account } = await seller.payouts.getSellerAccount({});
  const wanted = outcome === "complete" ? SellerAccountStatus.READY : SellerAccountStatus.ONBOARDING;
  if (account?.status !== wanted) throw new Error(`the account is ${account?.status}, not ${wanted}`);
}

/** Stripe restricts the seller's account, or pays out all that it has. */
export async function changeAccount(
  mesh: Pick<TestMesh, "addresses">,
  seller: Pick<Person, "userId">,
  change: "restrict" | "pay_out",
): Promise<void> {
  const { accounts } = (await (await fetch(`${mesh.addresses.stripe}/control/state`)).json()) as {
    accounts: { id: string; metadata: { seller_id?: string } }[];
  };
  const account = accounts.find(({ metadata }) => metadata.seller_id === seller.userId)?.id;
  await control(mesh, "POST", `accounts/${change}`, { account });
}

/** The earnings of the mesh, as they are stored. */
export async function withEarnings<T>(
  { addresses }: Pick<TestMesh, "addresses">,
  work: (earnings: import("mongodb").Collection<Document & { _id: string }>) => Promise<T>,
): Promise<T> {
  const client = await MongoClient.connect(databaseUri(addresses.mongo, "payouts"));
  try {
    return await work(client.db().collection<Document & { _id: string }>("earnings"));
  } finally {
    await client.close();
  }
}

/** Months pass for an earning: its event is over, and the time for complaints too. */
export const passEvent = (mesh: TestMesh, orderId: string): Promise<void> =>
  withEarnings(mesh, async (earnings) => {
    const past = new Date(Date.now() - 1_000);
    await eventually(async () => {
      const passed = { $set: { releaseTime: past, dueTime: past } };
      return (await earnings.updateOne({ _id: orderId }, passed)).matchedCount === 1 || undefined;
      // Longer than the broker waits for a process that died amid an event.
    }, 90_000);
  });

/** The seller delivers, and then months pass: nothing but an account can keep the earning. */
export async function deliverAndPassEvent(mesh: TestMesh, seller: Person, orderId: string): Promise<void> {
  await deliverWithRetries(seller, { id: orderId }, { case: "transferNote", value: "It is in the app" });
  await passEvent(mesh, orderId);
}

/** The earning once it has this status, and whatever else is asked. */
export const untilEarning = (
  seller: Person,
  orderId: string,
  status: EarningStatus,
  holds: (earning: Earning) => boolean = () => true,
): Promise<Earning> =>
  eventually(async () => {
    const { earning } = await seller.payouts.getEarning({ orderId });
    if (earning?.status === status && holds(earning)) return earning;
    throw new Error(`the earning is ${EarningStatus[earning?.status ?? 0]}, held by ${earning?.holdReason}`);
  }, 30_000);

/** What the books of a sale say: the balance of each account, and the sum of each entry. */
export const booksOf = (mesh: TestMesh, orderId: string) =>
  withEarnings(mesh, async (earnings) => {
    const entries: { fact: string; postings: Record<string, number> }[] =
      (await earnings.findOne({ _id: orderId }))?.entries ?? [];
    const balances: Record<string, number> = {};
    for (const { postings } of entries) {
      for (const [account, amount] of Object.entries(postings)) {
        balances[account] = (balances[account] ?? 0) + amount;
      }
    }
    const sums = entries.map(({ postings }) => Object.values(postings).reduce((a, b) => a + b, 0));
    return { facts: entries.map(({ fact }) => fact), balances, sums };
  });
