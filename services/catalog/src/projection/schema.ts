/**
 * The layout of the projection's file. A file of another version is made anew from the streams, so raise it with every
 * change of a table, of what a column means, or of how texts are folded and parted into words.
 */
export const SCHEMA_VERSION = 12;

/** Times are milliseconds since 1970, amounts minor units, flags 0 or 1. */
export const SCHEMA = `
-- How far each stream was applied. Saved with what its events changed.
CREATE TABLE positions (
  stream TEXT PRIMARY KEY,
  -- When the stream was made: one that is made anew counts from 1 again.
  created TEXT NOT NULL,
  -- The last event that was applied.
  sequence INTEGER NOT NULL,
  -- 1 while events are missing that were removed before they were applied.
  incomplete INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- One row: until when locks were ended and events begun. It never goes back.
CREATE TABLE passed (time INTEGER NOT NULL) STRICT;
INSERT INTO passed VALUES (0);

-- The sellers' names as they last announced them.
CREATE TABLE sellers (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  display_name TEXT NOT NULL
) WITHOUT ROWID, STRICT;

-- A row for each event at each of its starts, with what is for sale for it: its listings follow a move one by one.
-- Texts and category are those of its first listing.
CREATE TABLE events (
  key INTEGER PRIMARY KEY,
  -- That of the events service, or made of the texts while that is not known.
  id TEXT NOT NULL,
  title TEXT NOT NULL,
  venue TEXT NOT NULL,
  city TEXT NOT NULL,
  category INTEGER NOT NULL,
  start INTEGER NOT NULL,
  -- The IANA zone of the venue; empty while the event is not known.
  time_zone TEXT NOT NULL,
  -- 1 when some listing knows that it does not take place.
  cancelled INTEGER NOT NULL,
  -- When it was to begin before it was moved.
  former_start INTEGER,
  -- The day of the start there, in days since 1970; UTC's while the event is not known.
  day INTEGER NOT NULL,
  -- How many listings are for sale, held or not; 0 once the event has begun.
  listed INTEGER NOT NULL DEFAULT 0,
  -- How many of these nobody holds.
  available INTEGER NOT NULL DEFAULT 0,
  UNIQUE (id, start)
) STRICT;
CREATE INDEX events_upcoming ON events (start, id) WHERE listed > 0;

-- What nobody holds of an event, by currency. No row where that is nothing.
CREATE TABLE event_prices (
  event INTEGER NOT NULL,
  currency TEXT NOT NULL,
  available INTEGER NOT NULL,
  cheapest INTEGER NOT NULL,
  PRIMARY KEY (event, currency)
) WITHOUT ROWID, STRICT;

-- What nobody holds of an event, by section and currency. No row where that is nothing.
CREATE TABLE event_sections (
  event INTEGER NOT NULL,
  section TEXT NOT NULL,
  currency TEXT NOT NULL,
  available INTEGER NOT NULL,
  cheapest INTEGER NOT NULL,
  PRIMARY KEY (event, section, currency)
) WITHOUT ROWID, STRICT;
CREATE INDEX event_sections_by_price ON event_sections (event, currency, cheapest);

-- What is for sale for an event, by currency and cell of prices: see priceCell. No row where that is nothing.
CREATE TABLE event_price_cells (
  event INTEGER NOT NULL,
  currency TEXT NOT NULL,
  cell INTEGER NOT NULL,
  -- How many listings are for sale, held or not.
  listed INTEGER NOT NULL,
  -- How many of these nobody holds.
  available INTEGER NOT NULL,
  PRIMARY KEY (event, currency, cell)
) WITHOUT ROWID, STRICT;

-- The price bands in which something is for sale for an event, by currency: see priceBand.
CREATE TABLE event_bands (
  event INTEGER NOT NULL,
  currency TEXT NOT NULL,
  -- A bit for each band, the lowest for the cheapest; 0 when nothing is left in the currency.
  bands INTEGER NOT NULL,
  PRIMARY KEY (event, currency)
) WITHOUT ROWID, STRICT;

-- The cities of texts: those that are found by the same spellings are one.
CREATE TABLE cities (
  key INTEGER PRIMARY KEY,
  -- Its tokens, apart by spaces: see cityTokens.
  tokens TEXT NOT NULL UNIQUE,
  -- The same for all that differ by case, accents and punctuation alone.
  name_key TEXT NOT NULL,
  -- As the first text with it has it.
  name TEXT NOT NULL,
  -- How many events have something for sale there.
  listed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX cities_by_name ON cities (name_key);
CREATE INDEX cities_by_events ON cities (listed) WHERE listed > 0;

-- The cities that a token finds.
CREATE TABLE city_tokens (
  token TEXT NOT NULL,
  city INTEGER NOT NULL,
  PRIMARY KEY (token, city)
) WITHOUT ROWID, STRICT;

-- The kinds of events that have something for sale, for counting them: a row for each category and city of the texts of
-- an event, and with 0 for any category, any city, and both.
CREATE TABLE event_kinds (
  category INTEGER NOT NULL,
  city INTEGER NOT NULL,
  start INTEGER NOT NULL,
  event INTEGER NOT NULL,
  -- As the event has it.
  day INTEGER NOT NULL,
  -- How many texts with something for sale are of this kind. No row where that is nothing.
  texts INTEGER NOT NULL,
  PRIMARY KEY (category, city, start, event)
) WITHOUT ROWID, STRICT;
CREATE INDEX event_kinds_of_event ON event_kinds (event, category, city) WHERE category > 0 AND city > 0;

-- The different texts of an event's listings: most sellers copy the event's title, so that there are few.
CREATE TABLE texts (
  key INTEGER PRIMARY KEY,
  event INTEGER NOT NULL,
  title TEXT NOT NULL,
  event_title TEXT NOT NULL,
  venue TEXT NOT NULL,
  city TEXT NOT NULL,
  category INTEGER NOT NULL,
  -- The key of its city.
  place INTEGER NOT NULL,
  -- What it is found by: each token between spaces.
  tokens TEXT NOT NULL,
  -- How many listings with this text are for sale, held or not.
  listed INTEGER NOT NULL DEFAULT 0,
  UNIQUE (event, title, event_title, venue, city, category)
) STRICT;

-- What finds a text that has listings for sale, by its key: see tokensOf. Without an index of beginnings, one that is
-- common reads the whole list of each of its words before it gives the first.
CREATE VIRTUAL TABLE words USING fts5(
  tokens,
  content = '', contentless_delete = 1, detail = none, prefix = '1 2 3 4 5 6 7 8',
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
);

-- A row for each ticket that was ever listed: its newest state.
CREATE TABLE listings (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  event INTEGER NOT NULL,
  text INTEGER NOT NULL,
  seller TEXT NOT NULL,
  -- As the state has it; sellers has the newest one.
  seller_name TEXT NOT NULL,
  category INTEGER NOT NULL,
  section TEXT NOT NULL,
  row TEXT NOT NULL,
  number TEXT NOT NULL,
  price INTEGER NOT NULL,
  currency TEXT NOT NULL,
  -- The stored status: AVAILABLE, SOLD or WITHDRAWN.
  status INTEGER NOT NULL,
  -- 1 if its buyer has the ticket as soon as the order is complete.
  instant INTEGER NOT NULL,
  -- Until when it is locked. It may be over.
  held_until INTEGER,
  -- When its event begins.
  start INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  -- 1 while it is stored as AVAILABLE and its event has not begun.
  for_sale INTEGER NOT NULL,
  -- 1 while it is for sale and somebody holds it.
  held INTEGER NOT NULL
) STRICT;
-- With what filters ask for besides: a walk passes over what is not wanted without fetching it.
CREATE INDEX listings_by_start ON listings (start, id, text) WHERE for_sale = 1;
CREATE INDEX listings_by_price ON listings (currency, price, id, start, text) WHERE for_sale = 1;
CREATE INDEX listings_by_creation ON listings (created, id, currency, price, start, text) WHERE for_sale = 1;
CREATE INDEX listings_of_event ON listings (event, currency, price, id) WHERE for_sale = 1;
CREATE INDEX listings_instant ON listings (event, currency, price, id) WHERE for_sale = 1 AND instant = 1;
CREATE INDEX listings_of_text ON listings (text) WHERE for_sale = 1;
CREATE INDEX listings_free ON listings (event, section, currency, price) WHERE for_sale = 1 AND held = 0;
CREATE INDEX listings_by_deadline ON listings (held_until) WHERE held = 1;
CREATE INDEX listings_held ON listings (event, held_until) WHERE held = 1;
`;

/** Takes away all that came of tickets. */
export const CLEAR_LISTINGS = `
DELETE FROM listings;
DELETE FROM event_prices;
DELETE FROM event_sections;
DELETE FROM event_price_cells;
DELETE FROM event_bands;
DELETE FROM event_kinds;
DELETE FROM city_tokens;
DELETE FROM cities;
DELETE FROM texts;
DELETE FROM events;
INSERT INTO words (words) VALUES ('delete-all');
`;
