import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useMutation, useQuery } from "@connectrpc/connect-query";
import {
  DeliveryService,
  StartTicketUploadRequestSchema,
} from "@ticketing/proto/deliveries/v1/delivery_service";
import { type TicketFile, TicketFileStatus } from "@ticketing/proto/deliveries/v1/ticket_file";
import { useState } from "react";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { ConfirmedAction } from "../design/confirmed-action.tsx";
import { ErrorState, Notice } from "../design/states.tsx";
import { Form } from "../form/form.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import { formatDateTime } from "../format/format-date.ts";
import styles from "./delivery.module.css";
import { FileField, fileWords } from "./file-field.tsx";
import { deliveryTexts as texts } from "./texts.ts";
import { uploadFile } from "./transfer-file.ts";

/** The file of a ticket that its seller lists: whether it is there, and the form to add it while nobody holds the ticket. */
export function ListingFile({ ticketId, free }: { ticketId: string; free: boolean }) {
  const { data, error, refetch } = useQuery(
    DeliveryService.method.getTicketFile,
    { ticketId },
    { staleTime: 0 },
  );
  const reread = () => void refetch();
  const file = data?.file;
  return (
    <section className={styles.part} aria-labelledby="listing-file">
      <h2 id="listing-file">{texts.listingFile}</h2>
      {file ? (
        <>
          <Standing file={file} />
          {free && <Choices file={file} onChange={reread} />}
        </>
      ) : (
        error && <ErrorState error={error} onRetry={reread} />
      )}
    </section>
  );
}

function Standing({ file }: { file: TicketFile }) {
  switch (file.status) {
    case TicketFileStatus.READY:
      return (
        <Notice tone="good" title={texts.fileReady}>
          <p>{file.attachTime && texts.fileReadyText(formatDateTime(timestampDate(file.attachTime)))}</p>
        </Notice>
      );
    case TicketFileStatus.SOLD:
      return <p>{file.attachTime ? texts.fileSold : texts.soldWithoutFile}</p>;
    default:
      return <p>{texts.noFile}</p>;
  }
}

function Choices({ file: { ticketId, status }, onChange }: { file: TicketFile; onChange: () => void }) {
  const isReady = status === TicketFileStatus.READY;
  return (
    <>
      <AddForm ticketId={ticketId} label={isReady ? texts.replaceFile : texts.addFile} onAdded={onChange} />
      {isReady && (
        <ConfirmedAction
          method={DeliveryService.method.removeTicketFile}
          input={{ ticketId }}
          label={texts.removeFile}
          look="secondary"
          title={texts.removeFileTitle}
          confirm={texts.removeFile}
          keep={texts.keepFile}
          onRefused={onChange}
          onDone={() => {
            toast(texts.fileRemoved);
            onChange();
          }}
        >
          <p>{texts.removeFileText}</p>
        </ConfirmedAction>
      )}
    </>
  );
}

/** Uploads a file, and has it looked at and kept with the listing. */
function AddForm({ ticketId, label, onAdded }: { ticketId: string; label: string; onAdded: () => void }) {
  const [file, setFile] = useState<File>();
  const start = useMutation(DeliveryService.method.startTicketUpload);
  const attach = useMutation(DeliveryService.method.attachTicketFile);
  const form = useMessageForm({
    schema: StartTicketUploadRequestSchema,
    message: { ticketId, bytes: BigInt(file?.size ?? 0) },
    words: fileWords,
    async send(message) {
      const { url, uploadId } = await start.mutateAsync(message);
      if (file) await uploadFile(url, file);
      await attach.mutateAsync({ ticketId, uploadId });
      toast(texts.fileAdded);
      onAdded();
    },
  });
  return (
    <Form form={form} label={texts.listingFile}>
      <FileField error={form.errorOf("bytes")} onChoose={setFile} />
      <Button type="submit" wide pending={form.pending}>
        {form.pending ? texts.checkingFile : label}
      </Button>
    </Form>
  );
}
