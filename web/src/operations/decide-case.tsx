import { useMutation } from "@connectrpc/connect-query";
import { type Case, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { CaseService, DecideCaseRequestSchema } from "@ticketing/proto/cases/v1/case_service";
import { useState } from "react";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { Field, Select, TextArea } from "../design/field.tsx";
import { Form } from "../form/form.tsx";
import { oneLine } from "../form/one-line.ts";
import { amountText, parseAmount } from "../form/parse-amount.ts";
import { useMessageForm } from "../form/use-message-form.ts";
import { rulingChoices, caseTexts as texts } from "./case-texts.ts";
import styles from "./events.module.css";

/** By which an operator decides a case. `onFailed`: somebody else may have decided it meanwhile. */
export function DecideCase(props: {
  caseId: string;
  /** Of the price. */
  currency: string;
  onDecided: (now: Case | undefined) => void;
  onFailed: () => void;
}) {
  const { caseId, currency, onDecided, onFailed } = props;
  const [choice, setChoice] = useState<(typeof rulingChoices)[number]>();
  const [part, setPart] = useState("");
  const [reason, setReason] = useState("");
  const decide = useMutation(CaseService.method.decideCase, { onError: onFailed });
  const isPart = choice?.ruling === CaseRuling.PART_REFUND;
  const form = useMessageForm({
    schema: DecideCaseRequestSchema,
    message: {
      ...{ caseId, ruling: choice?.ruling ?? 0, reason: oneLine(reason) },
      refundAmount: isPart ? (parseAmount(part, currency) ?? 0n) : 0n,
    },
    words: { reason: texts.reasonMissing },
    async send(message) {
      const { case: now } = await decide.mutateAsync(message);
      setReason("");
      toast(now?.status === CaseStatus.PROPOSED ? texts.proposed : texts.decided);
      onDecided(now);
    },
  });
  return (
    <Form form={form} label={texts.decide}>
      <Select
        label={texts.decision}
        value={choice?.ruling ?? ""}
        error={form.errorOf("ruling")}
        onChange={({ target }) =>
          setChoice(rulingChoices.find(({ ruling }) => ruling === Number(target.value)))
        }
      >
        <option value="" />
        {rulingChoices.map(({ ruling, name }) => (
          <option key={ruling} value={ruling}>
            {name}
          </option>
        ))}
      </Select>
      {choice && <p className={styles.soft}>{choice.text}</p>}
      {isPart && (
        <Field
          label={texts.part}
          hint={texts.partHint(amountText(1_250n, currency))}
          inputMode="decimal"
          autoComplete="off"
          value={part}
          error={form.errorOf("refundAmount") ?? (form.errorOf("") && texts.partMissing)}
          onChange={({ target }) => setPart(target.value)}
        />
      )}
      <TextArea
        label={texts.reason}
        hint={texts.reasonHint}
        value={reason}
        error={form.errorOf("reason")}
        onChange={({ target }) => setReason(target.value)}
      />
      <p className={styles.soft}>{texts.limit}</p>
      <div>
        <Button type="submit" look="danger" pending={form.pending}>
          {texts.decideNow}
        </Button>
      </div>
    </Form>
  );
}
