import { useMutation } from "@connectrpc/connect-query";
import { type Case, CaseKind } from "@ticketing/proto/cases/v1/case";
import { CaseService, OpenCaseRequestSchema } from "@ticketing/proto/cases/v1/case_service";
import { useState } from "react";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { Select, TextArea } from "../design/field.tsx";
import { Form } from "../form/form.tsx";
import { oneLine } from "../form/one-line.ts";
import { useMessageForm } from "../form/use-message-form.ts";
import styles from "./cases.module.css";
import { caseKindNames, caseTexts as texts } from "./texts.ts";

/** By which a buyer says what is wrong: `kinds` are what may be complained about now. */
export function ComplaintForm(props: {
  orderId: string;
  kinds: readonly CaseKind[];
  onSent: (opened: Case | undefined) => void;
  onLeave: () => void;
}) {
  const { orderId, kinds, onSent, onLeave } = props;
  const [chosen, setChosen] = useState<CaseKind>();
  const [text, setText] = useState("");
  const kind = chosen !== undefined && kinds.includes(chosen) ? chosen : (kinds[0] ?? CaseKind.UNSPECIFIED);
  const open = useMutation(CaseService.method.openCase);
  const form = useMessageForm({
    schema: OpenCaseRequestSchema,
    message: { orderId, kind, text: oneLine(text) },
    async send(message) {
      const answer = await open.mutateAsync(message);
      toast(texts.sent);
      onSent(answer.case);
    },
  });
  return (
    <Form form={form} label={texts.form}>
      <Select
        label={texts.kind}
        value={kind}
        error={form.errorOf("kind")}
        onChange={({ target }) => setChosen(Number(target.value))}
      >
        {kinds.map((each) => (
          <option key={each} value={each}>
            {caseKindNames[each]}
          </option>
        ))}
      </Select>
      <TextArea
        label={texts.what}
        hint={texts.whatHint}
        value={text}
        error={form.errorOf("text")}
        onChange={({ target }) => setText(target.value)}
      />
      <p className={styles.soft}>{texts.consequence}</p>
      <div className={styles.buttons}>
        <Button type="submit" pending={form.pending}>
          {texts.send}
        </Button>
        <Button look="secondary" onClick={onLeave}>
          {texts.leave}
        </Button>
      </div>
    </Form>
  );
}
