import { z } from "zod";
import { balanceOf } from "./accounts.ts";
import { ApiError, invalid, missing } from "./api-error.ts";
import { takenBack, transferred } from "./balance.ts";
import { newId } from "./ids.ts";
import { page } from "./listing.ts";
import type { Charge, Transfer, TransferReversal } from "./objects.ts";
import { type Call, emit, type Operation, operation } from "./operation.ts";
import { common, integer, listing, mergeMetadata, metadata } from "./parameters.ts";

const createSchema = z.strictObject({
  ...common,
  amount: integer.pipe(z.number().min(1)),
  currency: z.string().transform((code) => code.toLowerCase()),
  description: z.string().max(1000).optional(),
  destination: z.string(),
  metadata: metadata.optional(),
  // Without one it would come out of the platform's balance, which this double does not keep.
  source_transaction: z.string(),
  transfer_group: z.string().max(500).optional(),
});

/**
 * docs.stripe.com/connect/separate-charges-and-transfers#transfer-availability: at most what is left of the charge, in the
 * currency of its balance transaction, which here is the charge's own: the platform settles in all of its currencies.
 */
function createTransfer(call: Call, parameters: z.output<typeof createSchema>): Transfer {
  const { amount, currency, destination } = parameters;
  const account = call.state.accounts.get(destination);
  if (!account) throw missing("destination", destination, "destination");
  // docs.stripe.com/error-codes#insufficient-capabilities-for-transfer
  if (account.capabilities.transfers !== "active") {
    throw new ApiError(
      400,
      "Your destination account needs to have at least one of the following capabilities enabled: transfers",
      { code: "insufficient_capabilities_for_transfer" },
    );
  }
  const charge = sourceOf(call, parameters.source_transaction);
  if (charge.currency !== currency) {
    throw invalid(
      `The currency of source_transaction's balance transaction (${charge.currency}) must be the same as the transfer currency (${currency})`,
      "currency",
    );
  }
  const left = charge.amount_captured - transferredOf(call, charge);
  if (amount > left) {
    throw invalid(
      `Cannot use ${charge.id} to fund your transfer, since only ${left} of it is left (${amount} wanted).`,
      "amount",
    );
  }
  const id = newId("tr");
  const transfer = call.state.transfers.put({
    id,
    object: "transfer",
    amount,
    amount_reversed: 0,
    balance_transaction: transferred(call, { id, amount, currency }),
    created: call.now,
    currency,
    description: parameters.description ?? null,
    destination,
    livemode: false,
    metadata: mergeMetadata({}, parameters.metadata),
    reversed: false,
    source_transaction: charge.id,
    transfer_group: parameters.transfer_group ?? charge.transfer_group ?? `group_${charge.id}`,
  });
  emit(call, "transfer.created", transfer);
  return transfer;
}

function sourceOf(call: Call, id: string): Charge {
  const charge = call.state.charges.get(id);
  if (!charge) throw missing("charge", id, "source_transaction");
  if (!charge.captured) throw invalid(`The charge ${id} was not captured.`, "source_transaction");
  return charge;
}

/** How much of a charge was transferred and not taken back. */
const transferredOf = ({ state }: Call, charge: Charge): number =>
  state.transfers
    .all()
    .filter(({ source_transaction: source }) => source === charge.id)
    .reduce((sum, { amount, amount_reversed: back }) => sum + amount - back, 0);

const reverseSchema = z.strictObject({
  ...common,
  amount: integer.optional(),
  metadata: metadata.optional(),
});

/**
 * docs.stripe.com/api/transfer_reversals/create: whole or in parts, out of what the connected account has. Without an
 * amount it is the entire transfer's, as it says there, also where a part was taken back before.
 */
function reverse(call: Call, parameters: z.output<typeof reverseSchema>, id: string): TransferReversal {
  const transfer = findTransfer(call, id);
  const left = transfer.amount - transfer.amount_reversed;
  const amount = parameters.amount ?? transfer.amount;
  if (amount < 1 || amount > left) {
    throw invalid(
      `Reversal amount (${amount}) is greater than unreversed amount on transfer (${left})`,
      "amount",
    );
  }
  // docs.stripe.com/error-codes#balance-insufficient
  if (amount > balanceOf(call, transfer.destination)) {
    throw new ApiError(400, "The connected account has less than that.", { code: "balance_insufficient" });
  }
  const back = transfer.amount_reversed + amount;
  const reversed = call.state.transfers.put({
    ...transfer,
    amount_reversed: back,
    reversed: back === transfer.amount,
  });
  emit(call, "transfer.reversed", reversed);
  const reversalId = newId("trr");
  return call.state.reversals.put({
    id: reversalId,
    object: "transfer_reversal",
    amount,
    balance_transaction: takenBack(call, { id: reversalId, amount, currency: transfer.currency }),
    created: call.now,
    currency: transfer.currency,
    metadata: mergeMetadata({}, parameters.metadata),
    transfer: transfer.id,
  });
}

function findTransfer(call: Call, id: string): Transfer {
  const transfer = call.state.transfers.get(id);
  if (!transfer) throw missing("transfer", id);
  return transfer;
}

export const transferOperations: Operation[] = [
  operation(
    { name: "transfers.create", method: "POST", path: "/v1/transfers", schema: createSchema },
    createTransfer,
  ),
  operation(
    {
      name: "transfers.list",
      method: "GET",
      path: "/v1/transfers",
      schema: z.strictObject({
        ...listing,
        destination: z.string().optional(),
        transfer_group: z.string().optional(),
      }),
    },
    (call, { destination, transfer_group: group, ...paging }) =>
      page(
        call.state.transfers
          .all()
          .filter((transfer) => (destination ?? transfer.destination) === transfer.destination)
          .filter((transfer) => (group ?? transfer.transfer_group) === transfer.transfer_group),
        paging,
        "/v1/transfers",
      ),
  ),
  operation(
    { name: "transfers.retrieve", method: "GET", path: "/v1/transfers/:id", schema: z.strictObject(common) },
    (call, _parameters, id) => findTransfer(call, id),
  ),
  operation(
    {
      name: "transfer_reversals.create",
      method: "POST",
      path: "/v1/transfers/:id/reversals",
      schema: reverseSchema,
    },
    reverse,
  ),
  operation(
    {
      name: "transfer_reversals.list",
      method: "GET",
      path: "/v1/transfers/:id/reversals",
      schema: z.strictObject(listing),
    },
    (call, paging, id) =>
      page(
        call.state.reversals.all().filter(({ transfer }) => transfer === id),
        paging,
        `/v1/transfers/${id}/reversals`,
      ),
  ),
];
