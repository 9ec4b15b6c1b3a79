import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { Button } from "../design/button.tsx";
import { Field } from "../design/field.tsx";
import { Form } from "../form/form.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import { decisionTexts as texts } from "./decision-texts.ts";
import styles from "./events.module.css";

/** What is decided about: the id that is asked for, as the request names it. */
export interface AskedId {
  path: string;
  label: string;
}

/**
 * Asks for the reason of a decision, and for the id of what it is about where the page does not know that; then calls.
 * `input` makes the request of both.
 */
export function ReasonedForm<I extends DescMessage, O extends DescMessage>(props: {
  method: DescMethodUnary<I, O>;
  input: (typed: { id: string; reason: string }) => MessageInitShape<I>;
  asked?: AskedId;
  label: string;
  text: string;
  look: "danger" | "secondary";
  onDone: (answer: MessageShape<O>) => void;
  onFailed?: () => void;
}) {
  const { method, input, asked, label, text, look, onDone, onFailed } = props;
  const [id, setId] = useState("");
  const [reason, setReason] = useState("");
  const call = useMutation(method);
  const form = useMessageForm({
    schema: method.input,
    message: input({ id: id.trim(), reason: reason.trim() }),
    words: { reason: texts.reasonMissing, ...(asked && { [asked.path]: texts.idMissing }) },
    async send(message) {
      try {
        onDone(await call.mutateAsync(message as MessageInitShape<I>));
        setId("");
        setReason("");
      } catch (error) {
        onFailed?.();
        throw error;
      }
    },
  });
  return (
    <Form form={form} label={label}>
      {asked && (
        <Field
          label={asked.label}
          error={form.errorOf(asked.path)}
          value={id}
          onChange={(event) => setId(event.target.value)}
        />
      )}
      <Field
        label={texts.reason}
        error={form.errorOf("reason")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <p className={styles.soft}>{text}</p>
      <div>
        <Button type="submit" look={look} pending={form.pending}>
          {label}
        </Button>
      </div>
    </Form>
  );
}
