import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { type Earning, isTransferable } from "./earning.ts";
import type { EarningStore } from "./earning-aggregate.ts";
import { type Netting, netOf } from "./earning-amounts.ts";
import {
  fixNettings,
  free,
  isReservedFor,
  isUndecided,
  mayKeep,
  payDebt,
  planNettings,
  reserve,
} from "./earning-netting.ts";

/** Keeps what sellers owe from what they earn. Every step may be repeated, also at the same time. */
export type DebtNetting = ReturnType<typeof createDebtNetting>;

export function createDebtNetting({ earnings, clock }: { earnings: EarningStore; clock: Clock }) {
  const update = (id: string, change: (current: Earning) => Earning) => earnings.update(id, change);

  return {
    /**
     * What is to be kept of an earning whose transfer is about to begin; undefined where its seller owes nothing. Throws
     * EARNING_UNDERWAY while another transfer or a reversal may pay some of what is owed.
     */
    async plan(earning: Earning): Promise<Netting[] | undefined> {
      const owed: Earning[] = [];
      for (const debt of await earnings.owed(earning.sellerId, earning.price.currency))
        owed.push(await this.resolve(debt));
      if (owed.some(isUndecided)) throw underway();
      const nettings = planNettings(owed, netOf(earning));
      return nettings.length > 0 ? nettings : undefined;
    },

    /**
     * Has what is to be kept of a begun transfer reserved, and fixes what is kept. Throws EARNING_UNDERWAY where another
     * transfer or a reversal may pay some of it: nothing is begun then.
     */
    async fix(earning: Earning): Promise<Earning> {
      const { _id: orderId, begun, attempts } = earning;
      if (!begun?.nettings || begun.isFixed) return earning;
      const { number } = attempts.transfer;
      const reservedIds: string[] = [];
      for (const { orderId: debtId, amount } of begun.nettings) {
        const debt = await update(debtId, (one) => reserve(one, { orderId, number, amount }, clock()));
        if (isReservedFor(debt, { orderId, number })) reservedIds.push(debtId);
      }
      const fixed = await update(orderId, (one) => fixNettings(one, number, reservedIds, clock()));
      if (fixed.begun?.isFixed) return fixed;
      await this.settle(reservedIds);
      if (isTransferable(fixed)) throw underway();
      return fixed;
    },

    /** What was owed and reserved for a transfer is paid by what was kept of it, or freed if that was not made. */
    async settle(debtIds: readonly string[]): Promise<void> {
      for (const id of debtIds) await this.resolve(await earnings.get(id));
    },

    /** What is owed, paid or free again where the transfer that it was reserved for has come to its end. */
    async resolve(debt: Earning): Promise<Earning> {
      const { _id, reserved } = debt;
      if (!reserved) return debt;
      const paying = await earnings.get(reserved.orderId);
      const kept = paying.keptFor?.find(({ orderId }) => orderId === _id);
      if (kept) {
        const netting = { orderId: paying._id, amount: kept.amount };
        return update(_id, (one) => payDebt(one, netting, clock()));
      }
      return mayKeep(paying, _id, reserved) ? debt : update(_id, (one) => free(one, reserved, clock()));
    },
  };
}

/** The workflow calls again in seconds. */
const underway = () =>
  new DomainError("EARNING_UNDERWAY", "what the seller owes may be paid by something that is under way");
