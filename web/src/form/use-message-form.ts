import { create, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { type FormEvent, useRef, useState } from "react";
import { type FieldErrors, fieldErrors, refusedFields } from "./validation.ts";
import type { FieldWords } from "./violation-text.ts";

/** A form whose fields are checked by the constraints of the message that it sends. */
export interface MessageForm {
  /** What is wrong with a field, once people have tried to send. The path is the one in the message: `event.title`. */
  errorOf(path: string): string | undefined;
  onSubmit(event: FormEvent<HTMLFormElement>): void;
  readonly pending: boolean;
  /** What the last attempt threw. */
  readonly failure: unknown;
}

/**
 * Sends `message` when the form is submitted and the message is valid; otherwise moves the focus to the first invalid
 * field. Sends once at a time. The fields keep their text, whatever happens, unless the page empties them.
 */
export function useMessageForm<D extends DescMessage>(options: {
  schema: D;
  /** The message that the fields make now. */
  message: MessageInitShape<D>;
  send: (message: MessageShape<D>) => Promise<void>;
  words?: FieldWords;
}): MessageForm {
  const { schema, send, words = {} } = options;
  const [tried, setTried] = useState(false);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const busy = useRef(false);
  const message = create(schema, options.message);
  const errors: FieldErrors = tried
    ? { ...refusedFields(schema, failure, words), ...fieldErrors(schema, message, words) }
    : {};

  async function attempt(form: HTMLFormElement): Promise<void> {
    if (busy.current) return;
    setTried(true);
    if (Object.keys(fieldErrors(schema, message, words)).length > 0) return focusFirstError(form);
    busy.current = true;
    setPending(true);
    setFailure(undefined);
    try {
      await send(message);
      // What is typed next was not tried yet: fields that the page empties now are no mistakes.
      setTried(false);
    } catch (error) {
      setFailure(error);
      if (Object.keys(refusedFields(schema, error, words)).length > 0) focusFirstError(form);
    } finally {
      busy.current = false;
      setPending(false);
    }
  }

  return {
    errorOf: (path) => errors[path],
    onSubmit(event) {
      event.preventDefault();
      void attempt(event.currentTarget);
    },
    pending,
    failure,
  };
}

/** Waits until the errors are rendered. */
function focusFirstError(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
}
