import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useMutation } from "@connectrpc/connect-query";
import type { Event } from "@ticketing/proto/events/v1/event";
import { EventService, RescheduleEventRequestSchema } from "@ticketing/proto/events/v1/event_service";
import { useState } from "react";
import { reasonOf } from "../api/reason.ts";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { Field } from "../design/field.tsx";
import { type LocalStart, startOf } from "../events/local-start.ts";
import { StartField } from "../events/start-field.tsx";
import { Form } from "../form/form.tsx";
import { localText } from "../form/local-time.ts";
import { useMessageForm } from "../form/use-message-form.ts";
import { clockName } from "../format/venue-time.ts";
import { decisionTexts } from "./decision-texts.ts";
import { eventTexts as texts } from "./event-texts.ts";
import styles from "./events.module.css";
import type { ShowEvents } from "./one-event.tsx";

/** Why an event is refused that is no longer as it is shown. */
const CHANGED_ELSEWHERE: ReadonlySet<string> = new Set(["STALE_VERSION", "EVENT_CANCELLED", "EVENT_MERGED"]);

/** Gives an event another start, by the clocks at its venue. */
export function MoveEvent(props: { event: Event; onChanged: () => void; show: ShowEvents }) {
  const { event, onChanged, show } = props;
  const { id, version, timeZone, startTime } = event;
  const [start, setStart] = useState<LocalStart>({
    text: startTime ? localText(timestampDate(startTime), timeZone) : "",
    instant: undefined,
  });
  const [reason, setReason] = useState("");
  const reschedule = useMutation(EventService.method.rescheduleEvent);
  const form = useMessageForm({
    schema: RescheduleEventRequestSchema,
    message: { eventId: id, version, start: startOf(start), reason: reason.trim() },
    words: { "start.localTime": texts.startMissing, reason: decisionTexts.reasonMissing },
    async send(message) {
      try {
        await reschedule.mutateAsync(message);
        setReason("");
        toast(texts.moved);
        onChanged();
      } catch (error) {
        // Somebody else changed it: the newer state is shown, and the next attempt names its version.
        if (CHANGED_ELSEWHERE.has(reasonOf(error).name)) onChanged();
        throw error;
      }
    },
  });
  const { name, facts } = reasonOf(form.failure);
  const same = form.failure !== undefined && name === "EVENT_EXISTS" ? facts.eventId : undefined;
  return (
    <Form form={form} label={texts.move}>
      <StartField
        label={texts.newStart}
        hint={texts.newStartHint(clockName(timeZone))}
        error={form.errorOf("start.localTime")}
        timeZone={timeZone}
        start={start}
        failure={form.failure}
        onChange={setStart}
      />
      <Field
        label={decisionTexts.reason}
        error={form.errorOf("reason")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <p className={styles.soft}>{texts.moveText}</p>
      {same && (
        <Button look="secondary" onClick={() => show({ event: id, other: same })}>
          {texts.toMerge}
        </Button>
      )}
      <div>
        <Button type="submit" pending={form.pending}>
          {texts.move}
        </Button>
      </div>
    </Form>
  );
}
