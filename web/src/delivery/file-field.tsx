import { Field } from "../design/field.tsx";
import { deliveryTexts as texts } from "./texts.ts";

/** What is said of a file whose length the contract does not take. */
export const fileWords = { "bytes int64.gte_lte": texts.fileSize };

/** Where a seller chooses the ticket's file. */
export function FileField(props: { error: string | undefined; onChoose: (file: File | undefined) => void }) {
  return (
    <Field
      label={texts.fileLabel}
      hint={texts.fileHint}
      type="file"
      accept=".pdf,.png,.pkpass"
      error={props.error}
      onChange={({ target }) => props.onChoose(target.files?.[0])}
    />
  );
}
