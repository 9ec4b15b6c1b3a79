import { useMutation } from "@connectrpc/connect-query";
import { type Delivery, DeliveryStatus, TicketIssue } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliverTicketRequestSchema, DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { useState } from "react";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { Field, Select } from "../design/field.tsx";
import { Notice } from "../design/states.tsx";
import { Form } from "../form/form.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import { DeliveryPart, type DeliverySide, dueTime, Reminded } from "./delivery-part.tsx";
import { deliveryTexts as texts } from "./texts.ts";
import { UploadForm } from "./upload-form.tsx";

/** What the seller has to deliver by when, and the form by which they do. */
export function SellerDelivery({ order }: { order: Order }) {
  return <DeliveryPart order={order}>{(side) => <ForSeller {...side} />}</DeliveryPart>;
}

function ForSeller({ delivery, take }: DeliverySide) {
  if (delivery.status === DeliveryStatus.CANCELLED) return null;
  if (delivery.status === DeliveryStatus.CONFIRMED) return <p>{texts.confirmedByBuyer}</p>;
  if (delivery.soldWithFile) {
    const [title, text] = soldWords(delivery.issue);
    return (
      <Notice tone="good" title={title}>
        <p>{text}</p>
      </Notice>
    );
  }
  return (
    <>
      {delivery.issue === TicketIssue.REFUSED && <p>{texts.notIssued}</p>}
      <Standing delivery={delivery} />
      {/* Made anew once it was sent: what was delivered stays on no screen. */}
      <DeliverForm key={delivery.deliveredTime?.seconds.toString() ?? ""} delivery={delivery} take={take} />
    </>
  );
}

/** What has become of the file that the ticket was sold with, in short and in full. */
function soldWords(issue: TicketIssue): readonly [string, string] {
  switch (issue) {
    case TicketIssue.ASKED:
      return [texts.issuingForBuyer, texts.issuingForBuyerText];
    case TicketIssue.ISSUED:
      return [texts.issuedForBuyer, texts.issuedForBuyerText];
    default:
      return [texts.soldWithFile, texts.soldWithFileText];
  }
}

function Standing({ delivery }: { delivery: Delivery }) {
  switch (delivery.status) {
    case DeliveryStatus.DELIVERED:
      return (
        <Notice tone="good" title={texts.delivered}>
          <p>{texts.deliveredText}</p>
        </Notice>
      );
    case DeliveryStatus.OVERDUE:
      return (
        <Notice tone="warn" title={texts.overdue(dueTime(delivery))}>
          <p>{texts.overdueText}</p>
        </Notice>
      );
    default:
      return (
        <Notice tone="warn" title={texts.due(dueTime(delivery))}>
          <Reminded delivery={delivery} words={texts.youReminded} />
        </Notice>
      );
  }
}

const kinds = {
  link: { choice: texts.link, label: texts.linkLabel, hint: texts.linkHint },
  transferNote: { choice: texts.transfer, label: texts.noteLabel, hint: texts.noteHint },
} as const;
type Kind = keyof typeof kinds;
const isKind = (value: string): value is Kind => value in kinds;

function DeliverForm(side: DeliverySide) {
  const [kind, setKind] = useState<Kind | "file">("link");
  return (
    <>
      {/* Outside of the forms, so that it keeps the focus when another one appears. */}
      <Select
        label={texts.kind}
        value={kind}
        onChange={({ target: { value } }) => (isKind(value) || value === "file") && setKind(value)}
      >
        <option value="file">{texts.file}</option>
        {Object.entries(kinds).map(([name, { choice }]) => (
          <option key={name} value={name}>
            {choice}
          </option>
        ))}
      </Select>
      {kind === "file" ? <UploadForm {...side} /> : <TextForm {...side} kind={kind} />}
    </>
  );
}

/** Delivers a link, or the word of a transfer. */
function TextForm({ delivery, take, kind }: DeliverySide & { kind: Kind }) {
  const [value, setValue] = useState("");
  const deliver = useMutation(DeliveryService.method.deliverTicket);
  const form = useMessageForm({
    schema: DeliverTicketRequestSchema,
    message: { orderId: delivery.id, content: { case: kind, value: value.trim() } },
    async send(message) {
      take((await deliver.mutateAsync(message)).delivery);
      toast(texts.sent);
    },
  });
  const { label, hint } = kinds[kind];
  return (
    <Form form={form} label={texts.form}>
      <Field
        label={label}
        hint={hint}
        autoComplete="off"
        inputMode={kind === "link" ? "url" : "text"}
        value={value}
        error={form.errorOf(kind)}
        onChange={({ target }) => setValue(target.value)}
      />
      <Button type="submit" wide pending={form.pending}>
        {delivery.deliveredTime ? texts.replace : texts.deliver}
      </Button>
    </Form>
  );
}
