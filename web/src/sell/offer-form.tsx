import { type ReactNode, useState } from "react";
import { Form } from "../form/form.tsx";
import type { MessageForm } from "../form/use-message-form.ts";
import type { Draft } from "./draft.ts";
import { OfferFields } from "./offer-fields.tsx";
import { Proposal } from "./proposal.tsx";

/** The form of an offer. It makes room while the seller names an event that is not known yet, and keeps what was typed. */
export function OfferForm(props: {
  form: MessageForm;
  label: string;
  draft: Draft;
  /** The currencies in which tickets can be sold. */
  currencies: readonly string[];
  onChange: (draft: Draft) => void;
  /** What is shown above the fields. */
  remarks: ReactNode;
  submit: ReactNode;
}) {
  const { form, draft } = props;
  const [proposed, setProposed] = useState<string>();
  const [returned, setReturned] = useState(false);
  const back = () => {
    setProposed(undefined);
    setReturned(true);
  };
  const proposing = proposed !== undefined;
  return (
    <>
      {proposing && (
        <Proposal
          title={proposed}
          onLeave={back}
          onDone={(event) => {
            props.onChange({ ...draft, event });
            back();
          }}
        />
      )}
      <div hidden={proposing}>
        <Form form={form} label={props.label}>
          {props.remarks}
          <OfferFields
            draft={draft}
            currencies={props.currencies}
            errorOf={form.errorOf}
            onChange={props.onChange}
            proposing={proposing}
            returned={returned}
            onPropose={setProposed}
          />
          {props.submit}
        </Form>
      </div>
    </>
  );
}
