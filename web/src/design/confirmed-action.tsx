import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { useMutation } from "@connectrpc/connect-query";
import { type ReactNode, useState } from "react";
import { Button, type ButtonLook } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { ErrorNotice } from "./states.tsx";

/**
 * A button for a call that cannot be taken back: it asks first. The dialog stays while the call is under way and when it
 * fails, with the reason.
 */
export function ConfirmedAction<I extends DescMessage, O extends DescMessage>(props: {
  method: DescMethodUnary<I, O>;
  input: MessageInitShape<I>;
  label: string;
  look: ButtonLook;
  wide?: boolean;
  title: string;
  /** The question in more words. */
  children: ReactNode;
  confirm: string;
  keep: string;
  onDone: (answer: MessageShape<O>) => void;
  onRefused?: (error: unknown) => void;
}) {
  const { wide = true } = props;
  const [open, setOpen] = useState(false);
  const call = useMutation(props.method, {
    onSuccess(answer) {
      setOpen(false);
      props.onDone(answer);
    },
    onError: (error) => props.onRefused?.(error),
  });
  const close = () => {
    setOpen(false);
    call.reset();
  };
  return (
    <>
      <Button look={props.look} wide={wide} onClick={() => setOpen(true)}>
        {props.label}
      </Button>
      {open && (
        <Dialog
          title={props.title}
          onClose={close}
          actions={
            <>
              <Button look="secondary" onClick={close}>
                {props.keep}
              </Button>
              <Button look="danger" pending={call.isPending} onClick={() => call.mutate(props.input)}>
                {props.confirm}
              </Button>
            </>
          }
        >
          {call.isError && <ErrorNotice error={call.error} />}
          {props.children}
        </Dialog>
      )}
    </>
  );
}
