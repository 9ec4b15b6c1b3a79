import { useMutation, useQuery } from "@connectrpc/connect-query";
import { EventService, ProposeVenueRequestSchema } from "@ticketing/proto/events/v1/event_service";
import type { Venue } from "@ticketing/proto/events/v1/venue";
import { useState } from "react";
import { reasonOf } from "../api/reason.ts";
import { Button } from "../design/button.tsx";
import { Combobox } from "../design/combobox.tsx";
import { Field } from "../design/field.tsx";
import { useSuggestions } from "../events/use-suggestions.ts";
import { Form } from "../form/form.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import { useRequestId } from "../form/use-request-id.ts";
import { IsItThisOne } from "./is-it-this-one.tsx";
import { PlaceOfCity } from "./place-of-city.tsx";
import { proposalTexts as texts } from "./proposal-texts.ts";
import { VenueLines } from "./venue-lines.tsx";

/** Finds a venue, or names one that is not known. Country and time zone are asked for only where the city leaves them open. */
export function ProposeVenue({ onDone }: { onDone: (venue: Venue) => void }) {
  const [name, setName] = useState("");
  const [city, setCity] = useState("");
  const [place, setPlace] = useState({ country: "", timeZone: "" });
  const [others, setOthers] = useState<readonly string[]>([]);
  const requestId = useRequestId();
  const { venues } = useSuggestions(name);
  const propose = useMutation(EventService.method.proposeVenue);
  const form = useMessageForm({
    schema: ProposeVenueRequestSchema,
    message: {
      ...{ requestId: requestId.current, name: name.trim(), city: city.trim(), ...place },
      differentFrom: [...others],
    },
    send: (message) =>
      requestId.spend(async () => {
        const { venue } = await propose.mutateAsync(message);
        if (venue) onDone(venue);
      }),
  });
  const { name: reason, facts } = reasonOf(form.failure);
  const failed = form.failure !== undefined;
  // Asked once, and then for as long as the same city is meant.
  const [asked, setAsked] = useState<{ city: string; countries: string; timeZones: string }>();
  if (failed && (reason === "CITY_UNKNOWN" || reason === "CITY_AMBIGUOUS") && asked?.city !== city) {
    setAsked({ city, countries: facts.countries ?? "", timeZones: facts.timeZones ?? "" });
  }
  return (
    <Form form={form} label={texts.where}>
      <h3>{texts.where}</h3>
      <Combobox
        label={texts.venue}
        hint={texts.venueHint}
        error={form.errorOf("name")}
        name="venue"
        text={name}
        onText={setName}
        options={venues}
        keyOf={({ id }) => id}
        show={(venue) => <VenueLines venue={venue} />}
        onTake={onDone}
      />
      <Field
        label={texts.city}
        error={form.errorOf("city")}
        autoComplete="off"
        name="city"
        value={city}
        onChange={(event) => {
          setCity(event.target.value);
          setPlace({ country: "", timeZone: "" });
          setAsked(undefined);
        }}
      />
      {asked && <PlaceOfCity among={asked} place={place} onChange={setPlace} />}
      {failed && reason === "VENUE_EXISTS" && facts.venueId && (
        <KnownVenue
          venueId={facts.venueId}
          onYes={onDone}
          onNo={() => setOthers([...others, facts.venueId ?? ""])}
        />
      )}
      <Button type="submit" wide pending={form.pending}>
        {texts.next}
      </Button>
    </Form>
  );
}

function KnownVenue(props: { venueId: string; onYes: (venue: Venue) => void; onNo: () => void }) {
  const { data } = useQuery(EventService.method.getVenue, { venueId: props.venueId });
  const venue = data?.venue;
  if (!venue) return null;
  return (
    <IsItThisOne onYes={() => props.onYes(venue)} onNo={props.onNo}>
      <VenueLines venue={venue} />
    </IsItThisOne>
  );
}
