import { useMutation, useQuery } from "@connectrpc/connect-query";
import { EventService, ProposeEventRequestSchema } from "@ticketing/proto/events/v1/event_service";
import type { Venue } from "@ticketing/proto/events/v1/venue";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { useState } from "react";
import { reasonOf } from "../api/reason.ts";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { Field, Select } from "../design/field.tsx";
import { EventLines } from "../events/event-lines.tsx";
import { type KnownEvent, knownEvent } from "../events/known-event.ts";
import { type LocalStart, startOf } from "../events/local-start.ts";
import { StartField } from "../events/start-field.tsx";
import { Form } from "../form/form.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import { useRequestId } from "../form/use-request-id.ts";
import { clockName } from "../format/venue-time.ts";
import { categories } from "../ticket/categories.ts";
import { kindNames } from "../ticket/texts.ts";
import { IsItThisOne } from "./is-it-this-one.tsx";
import { proposalTexts as texts } from "./proposal-texts.ts";
import styles from "./sell.module.css";

/** Names an event at a venue. Day and time are by the clock there. */
export function ProposeEvent(props: {
  title: string;
  venue: Venue;
  onDone: (event: KnownEvent) => void;
  onOtherVenue: () => void;
}) {
  const { venue, onDone } = props;
  const [title, setTitle] = useState(props.title);
  const [category, setCategory] = useState(Category.UNSPECIFIED);
  const [start, setStart] = useState<LocalStart>({ text: "", instant: undefined });
  const [others, setOthers] = useState<readonly string[]>([]);
  const requestId = useRequestId();
  const propose = useMutation(EventService.method.proposeEvent);
  const form = useMessageForm({
    schema: ProposeEventRequestSchema,
    message: {
      ...{ requestId: requestId.current, title: title.trim(), category, venueId: venue.id },
      start: startOf(start),
      differentFrom: [...others],
    },
    words: { "start.localTime": texts.startMissing },
    send: (message) =>
      requestId.spend(async () => {
        const { event } = await propose.mutateAsync(message);
        if (!event) return;
        toast(texts.added);
        onDone(knownEvent(event));
      }),
  });
  const { name: reason, facts } = reasonOf(form.failure);
  const same = form.failure !== undefined && reason === "EVENT_EXISTS" ? facts.eventId : undefined;
  return (
    <Form form={form} label={texts.what}>
      <h3>{texts.what}</h3>
      <div className={styles.chosen}>
        <p>{texts.at(venue.name, venue.city)}</p>
        <Button look="secondary" onClick={props.onOtherVenue}>
          {texts.otherVenue}
        </Button>
      </div>
      <Field
        label={texts.event}
        hint={texts.eventHint}
        error={form.errorOf("title")}
        autoComplete="off"
        name="title"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <Select
        label={texts.category}
        error={form.errorOf("category")}
        name="category"
        value={category}
        onChange={(event) => setCategory(Number(event.target.value) as Category)}
      >
        <option value={Category.UNSPECIFIED}>{texts.choose}</option>
        {categories.map((each) => (
          <option key={each} value={each}>
            {kindNames[each]}
          </option>
        ))}
      </Select>
      <StartField
        label={texts.start}
        hint={texts.startHint(clockName(venue.timeZone))}
        error={form.errorOf("start.localTime")}
        timeZone={venue.timeZone}
        start={start}
        failure={form.failure}
        onChange={setStart}
      />
      {same && <SameEvent eventId={same} onYes={onDone} onNo={() => setOthers([...others, same])} />}
      <Button type="submit" wide pending={form.pending}>
        {texts.add}
      </Button>
    </Form>
  );
}

function SameEvent(props: { eventId: string; onYes: (event: KnownEvent) => void; onNo: () => void }) {
  const { data } = useQuery(EventService.method.getEvent, { eventId: props.eventId });
  const event = data?.event && knownEvent(data.event);
  if (!event) return null;
  return (
    <IsItThisOne onYes={() => props.onYes(event)} onNo={props.onNo}>
      <EventLines event={event} />
    </IsItThisOne>
  );
}
