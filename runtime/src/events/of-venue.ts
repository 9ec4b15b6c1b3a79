/** Whether a subject of the stream EVENTS is of a venue's event: venues and events share the stream. */
export const isOfVenue = (subject: string): boolean => subject.startsWith("evt.events.v1.venue_");
