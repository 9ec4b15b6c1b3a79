import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { OrderRecord } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import type { PaymentRecord } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import type { TicketRecord } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import type { RecordSelectionSchema } from "@ticketing/proto/type/internal/v1/record_selection";
import type { BookClients } from "../clients.ts";
import { compareIntent, compareOrder, comparePayment, compareTicket } from "./compare.ts";
import { compareCharge, compareEarning, compareMovement, isOfSeller } from "./compare-balance.ts";
import type { Drift, Skipped, Source } from "./drift.ts";
import { invalid, judge } from "./judge.ts";
import { type Answer, books, type Found, findAll } from "./lookup.ts";
import { idProblem, moneyProblem } from "./record-problem.ts";

const PAGE = 100;

/** Records by name, or a page of those that changed in [since, until), in epoch milliseconds. */
export type Selection = { ids: string[] } | { since: number; until: number; pageToken: string };

/** A page of the orders that still await payment and whose deadline was before a time, in epoch milliseconds. */
export interface Overdue {
  dueBefore: number;
  pageToken: string;
}

/** What a look at some records of one source saw. */
export interface Look {
  compared: number;
  drift: Drift[];
  /** Records that nothing can be said of now. Absent in what earlier releases recorded. */
  skipped?: Skipped[];
  nextPageToken: string;
}

type Page<T> = Answer<T> & { nextPageToken: string };
type FoundPage<T> = Found<T> & { nextPageToken: string };
type Ask<T> = (selection: Selection) => Promise<Page<T>>;

/** Compares some records of a source with what the other books say of them. */
export type Looks = Readonly<Record<Source, (selection: Selection, graceMs: number) => Promise<Look>>> & {
  overdue(selection: Overdue, graceMs: number): Promise<Look>;
};

export function createLooks({ tickets, orders, payments, payouts }: BookClients): Looks {
  const askOrders: Ask<OrderRecord> = async (selection) => {
    const { orders: records, ...page } = await orders.listOrders(selected(selection));
    return { ...page, records };
  };
  const askTickets: Ask<TicketRecord> = async (selection) => {
    const { tickets: records, ...page } = await tickets.listTickets(selected(selection));
    return { ...page, records };
  };
  const askPayments: Ask<PaymentRecord> = async (selection) => {
    const { payments: records, ...page } = await payments.listPayments(selected(selection));
    return { ...page, records };
  };
  const findOrders = async (ids: string[]) =>
    books("order", await findAll(ids, (some) => askOrders({ ids: some })), ({ order }) => order?.id);
  const findTickets = async (ids: string[]) =>
    books("ticket", await findAll(ids, (some) => askTickets({ ids: some })), ({ ticket }) => ticket?.id);
  const findPayments = async (ids: string[]) =>
    books("payment", await findAll(ids, (some) => askPayments({ ids: some })), ({ payment }) => payment?.id);

  async function judgeOrders(page: FoundPage<OrderRecord>, graceMs: number): Promise<Look> {
    const [ticketOf, paymentOf] = await Promise.all([
      findTickets(named(page.records, ({ order }) => order?.ticketId)),
      findPayments(named(page.records, ({ order }) => order?.id)),
    ]);
    return judge(
      "orders",
      page,
      ({ order }) => order?.id,
      (record) => {
        const { id = "", ticketId = "", price } = record.order ?? {};
        const problem = idProblem({ own: id, named: { "ticket id": ticketId } });
        if (problem) return [invalid("orders", id, problem)];
        const found = { ticket: ticketOf(ticketId), payment: paymentOf(id) };
        return [...compareOrder(record, found, Date.now(), graceMs), ...unpayable("orders", id, price)];
      },
    );
  }

  return {
    orders: async (selection, graceMs) => judgeOrders(await read(askOrders, selection), graceMs),
    async overdue({ dueBefore, pageToken }, graceMs) {
      const request = { dueBefore: timestampFromMs(dueBefore), pageSize: PAGE, pageToken };
      const { orders: records, ...page } = await orders.listOverdueOrders(request);
      return judgeOrders({ ...page, records, failed: new Map() }, graceMs);
    },
    async tickets(selection) {
      const page = await read(askTickets, selection);
      const orderIdOf = ({ soldOrderId, ticket }: TicketRecord) => soldOrderId || ticket?.lock?.orderId;
      const orderOf = await findOrders(named(page.records, orderIdOf));
      return judge(
        "tickets",
        page,
        ({ ticket }) => ticket?.id,
        (record) => {
          const { id = "", price } = record.ticket ?? {};
          const orderId = orderIdOf(record) ?? "";
          const problem = idProblem({ own: id, named: { "order id": orderId } });
          if (problem) return [invalid("tickets", id, problem)];
          return [...compareTicket(record, orderOf(orderId), Date.now()), ...unpayable("tickets", id, price)];
        },
      );
    },
    async payments(selection) {
      const page = await read(askPayments, selection);
      const orderOf = await findOrders(named(page.records, ({ payment }) => payment?.id));
      return judge(
        "payments",
        page,
        ({ payment }) => payment?.id,
        (record) => {
          const { id = "", amount } = record.payment ?? {};
          const problem = idProblem({ own: id, named: {} });
          if (problem) return [invalid("payments", id, problem)];
          return [...comparePayment(record, orderOf(id)), ...unpayable("payments", id, amount)];
        },
      );
    },
    async earnings(selection) {
      const page = await read(async (some) => {
        const { earnings: records, ...rest } = await payouts.listEarnings(selected(some));
        return { ...rest, records };
      }, selection);
      return judge(
        "earnings",
        page,
        ({ earning }) => earning?.id,
        (record) => {
          const { id = "", price } = record.earning ?? {};
          const problem = idProblem({ own: id, named: {} });
          if (problem) return [invalid("earnings", id, problem)];
          return [...compareEarning(record), ...unpayable("earnings", id, price)];
        },
      );
    },
    async movements(selection) {
      const page = await read(async (some) => {
        const { movements: records, ...rest } = await payments.listMovements(selected(some));
        return { ...rest, records, unreadable: [] };
      }, selection);
      const orderIds = named(page.records.filter(isOfSeller), ({ orderId }) => orderId);
      const { movements: booked } =
        orderIds.length > 0 ? await payouts.readBooks({ orderIds }) : { movements: [] };
      return judge(
        "movements",
        page,
        ({ id }) => id,
        (record) => compareMovement(record, booked),
      );
    },
    async charges(selection) {
      const page = await read(async (some) => {
        const { charges: records, ...rest } = await payments.listCharges(selected(some));
        return { ...rest, records };
      }, selection);
      return judge("charges", page, ({ orderId }) => orderId, compareCharge);
    },
    async intents(selection) {
      const page = await read(async (some) => {
        const { intents: records, ...rest } = await payments.listIntents(selected(some));
        return { ...rest, records };
      }, selection);
      const ids = named(page.records, ({ orderId }) => orderId);
      const [orderOf, paymentOf] = await Promise.all([findOrders(ids), findPayments(ids)]);
      return judge(
        "intents",
        page,
        ({ id }) => id,
        (intent) => {
          const problem = idProblem({ own: intent.id, named: { "order id": intent.orderId } });
          if (problem) return [invalid("intents", intent.id, problem)];
          return compareIntent(intent, {
            order: orderOf(intent.orderId),
            payment: paymentOf(intent.orderId),
          });
        },
      );
    },
  };
}

/** A page; or records by name, where one that is refused takes nothing from the others. */
async function read<T>(ask: Ask<T>, selection: Selection): Promise<FoundPage<T>> {
  if (!("ids" in selection)) return { ...(await ask(selection)), failed: new Map() };
  return { ...(await findAll(selection.ids, (ids) => ask({ ids }))), nextPageToken: "" };
}

/** An amount that nobody can pay is told of beside what else is wrong with its record. */
function unpayable(source: Source, id: string, money: Parameters<typeof moneyProblem>[0]): Drift[] {
  const problem = moneyProblem(money);
  return problem ? [invalid(source, id, problem)] : [];
}

/** A selection as the contracts say it. */
function selected(selection: Selection): { selection: MessageInitShape<typeof RecordSelectionSchema> } {
  if ("ids" in selection) {
    return { selection: { selection: { case: "named", value: { ids: selection.ids } } } };
  }
  const { since, until, pageToken } = selection;
  const span = { since: timestampFromMs(since), until: timestampFromMs(until), pageSize: PAGE, pageToken };
  return { selection: { selection: { case: "changed", value: span } } };
}

/** The ids that records name, each once. */
function named<T>(records: T[], idOf: (record: T) => string | undefined): string[] {
  return [...new Set(records.map((record) => idOf(record) ?? ""))].filter((id) => id !== "");
}
