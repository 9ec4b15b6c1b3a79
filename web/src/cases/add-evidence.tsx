import { useMutation } from "@connectrpc/connect-query";
import type { Case } from "@ticketing/proto/cases/v1/case";
import { AddEvidenceRequestSchema, CaseService } from "@ticketing/proto/cases/v1/case_service";
import { useState } from "react";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { TextArea } from "../design/field.tsx";
import { Form } from "../form/form.tsx";
import { oneLine } from "../form/one-line.ts";
import { useMessageForm } from "../form/use-message-form.ts";
import { caseTexts as texts } from "./texts.ts";

/** By which buyer or seller says something more. */
export function AddEvidence({
  caseId,
  forBank,
  onAdded,
}: {
  caseId: string;
  /** Whether a bank is told what is said. */
  forBank: boolean;
  onAdded: (now: Case | undefined) => void;
}) {
  const [text, setText] = useState("");
  const add = useMutation(CaseService.method.addEvidence);
  const form = useMessageForm({
    schema: AddEvidenceRequestSchema,
    message: { caseId, text: oneLine(text) },
    async send(message) {
      const answer = await add.mutateAsync(message);
      setText("");
      toast(texts.added);
      onAdded(answer.case);
    },
  });
  return (
    <Form form={form} label={texts.more}>
      <TextArea
        label={texts.add}
        hint={forBank ? texts.addHintForBank : texts.addHint}
        value={text}
        error={form.errorOf("text")}
        onChange={({ target }) => setText(target.value)}
      />
      <div>
        <Button type="submit" look="secondary" pending={form.pending}>
          {texts.addNow}
        </Button>
      </div>
    </Form>
  );
}
