import { useMutation } from "@connectrpc/connect-query";
import { DeliveryService, StartUploadRequestSchema } from "@ticketing/proto/deliveries/v1/delivery_service";
import { useState } from "react";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { Form } from "../form/form.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import type { DeliverySide } from "./delivery-part.tsx";
import { FileField, fileWords } from "./file-field.tsx";
import { deliveryTexts as texts } from "./texts.ts";
import { uploadFile } from "./transfer-file.ts";

/** Delivers a file: uploads it, and has it looked at and stored. */
export function UploadForm({ delivery, take }: DeliverySide) {
  const [file, setFile] = useState<File>();
  const start = useMutation(DeliveryService.method.startUpload);
  const deliver = useMutation(DeliveryService.method.deliverTicket);
  const form = useMessageForm({
    schema: StartUploadRequestSchema,
    message: { orderId: delivery.id, bytes: BigInt(file?.size ?? 0) },
    words: fileWords,
    async send(message) {
      const { url, uploadId } = await start.mutateAsync(message);
      if (file) await uploadFile(url, file);
      const content = { case: "uploadId" as const, value: uploadId };
      take((await deliver.mutateAsync({ orderId: delivery.id, content })).delivery);
      toast(texts.sent);
    },
  });
  return (
    <Form form={form} label={texts.form}>
      <FileField error={form.errorOf("bytes")} onChoose={setFile} />
      <Button type="submit" wide pending={form.pending}>
        {delivery.deliveredTime ? texts.replace : texts.deliver}
      </Button>
    </Form>
  );
}
