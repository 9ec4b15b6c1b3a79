import { isolate } from "../format/isolate.ts";

/** The words of naming an event that is not known yet. */
export const proposalTexts = {
  title: "Add an event",
  leave: "Back to your offer",

  where: "Where does it take place?",
  venue: "Venue",
  venueHint: "The hall, stadium or place",
  city: "City",
  country: "Country",
  timeZone: "Time zone",
  choose: "Please choose",
  next: "Next",
  placeMissing: "Please choose one.",

  what: "What takes place there?",
  at: (venue: string, city: string) => `At ${isolate(venue)}, ${isolate(city)}.`,
  otherVenue: "Another venue",
  event: "Event",
  eventHint: "The artist, the match or the play",
  category: "Kind of event",
  start: "Day and time it begins",
  startHint: (clock: string) => `By the clock at the venue: ${clock}.`,
  startMissing: "Please choose a day and a time.",
  add: "Add the event",
  added: "The event was added. Your ticket is for it.",

  yes: "It is this one",
  no: "No, it is another",
};
