import { create, type DescEnum } from "@bufbuild/protobuf";
import {
  CancellationReasonSchema,
  type Order,
  type OrderStep,
  OrderStepSchema,
  RefundRefusalReasonSchema,
} from "@ticketing/proto/orders/v1/order";
import type { Transition } from "@ticketing/proto/type/v1/transition";

/**
 * An order with its typed fields. While a release is rolled out, a process of the one before may answer: it sends the
 * timeline and the reasons only as texts, in fields that are deprecated since.
 */
export function typedOrder(order: Order): Order {
  if (order.timeline.length > 0) return order;
  return {
    ...order,
    timeline: order.history.map(stepOf),
    cancellationReason: namedValue(CancellationReasonSchema, order.cancelReason),
    refundRefusalReason: namedValue(RefundRefusalReasonSchema, order.refundRefusedReason),
  };
}

/** A step keeps its time when its type is of a newer release. */
function stepOf({ version, time, type, data }: Transition): OrderStep {
  const step = create(OrderStepSchema, { version, ...(time && { time }) });
  const field = OrderStepSchema.fields.find(({ name, oneof }) => oneof && name === type);
  if (field?.fieldKind !== "message") return step;
  const facts = field.message.fields.flatMap((fact) =>
    fact.fieldKind === "enum" ? [[fact.localName, namedValue(fact.enum, data[fact.localName])]] : [],
  );
  const value = create(field.message, Object.fromEntries(facts));
  // The descriptor has each case with its message; the compiler does not know that.
  return { ...step, transition: { case: field.localName, value } as OrderStep["transition"] };
}

/** The value of an enum whose name in lower case is `text`; unspecified for all else. */
const namedValue = (type: DescEnum, text: string | undefined): number =>
  type.values.find(({ localName }) => localName.toLowerCase() === text)?.number ?? 0;
