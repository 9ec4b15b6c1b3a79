import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { useMutation } from "@connectrpc/connect-query";
import { type ReactNode, useState } from "react";
import { Button, type ButtonLook } from "../design/button.tsx";
import { Dialog } from "../design/dialog.tsx";
import { Field } from "../design/field.tsx";
import { Form } from "../form/form.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import { decisionTexts as texts } from "./decision-texts.ts";
import styles from "./events.module.css";

interface ReasonedActionProps<I extends DescMessage, O extends DescMessage> {
  method: DescMethodUnary<I, O>;
  input: (reason: string) => MessageInitShape<I>;
  label: string;
  look: ButtonLook;
  title: string;
  /** The question in more words. */
  children: ReactNode;
  keep: string;
  onDone: (answer: MessageShape<O>) => void;
  onRefused?: () => void;
}

/**
 * A button for a decision that cannot be taken back: it asks first, and for the reason. The dialog stays while the call is
 * under way and when it fails, with what was wrong.
 */
export function ReasonedAction<I extends DescMessage, O extends DescMessage>(
  props: ReasonedActionProps<I, O>,
) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button look={props.look} onClick={() => setOpen(true)}>
        {props.label}
      </Button>
      {open && (
        <Dialog title={props.title} onClose={close}>
          <Question {...props} onClose={close} />
        </Dialog>
      )}
    </>
  );
}

function Question<I extends DescMessage, O extends DescMessage>(
  props: ReasonedActionProps<I, O> & { onClose: () => void },
) {
  const { method, input, label, keep, onDone, onRefused, onClose } = props;
  const [reason, setReason] = useState("");
  const call = useMutation(method, { onError: onRefused });
  const form = useMessageForm({
    schema: method.input,
    message: input(reason.trim()),
    words: { reason: texts.reasonMissing },
    async send(message) {
      const answer = await call.mutateAsync(message as MessageInitShape<I>);
      onClose();
      onDone(answer);
    },
  });
  return (
    <Form form={form} label={label}>
      {props.children}
      <Field
        label={texts.reason}
        error={form.errorOf("reason")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <div className={styles.buttons}>
        <Button look="secondary" onClick={onClose}>
          {keep}
        </Button>
        <Button type="submit" look="danger" pending={form.pending}>
          {label}
        </Button>
      </div>
    </Form>
  );
}
