/**
 * The part of the projection's file that comes of the service events: see SCHEMA_VERSION. Times are milliseconds since
 * 1970.
 */
export const EVENTS_SCHEMA = `
-- A row for each event of the service events: its newest state.
CREATE TABLE known_events (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  title TEXT NOT NULL,
  -- A list, as JSON.
  aliases TEXT NOT NULL,
  category INTEGER NOT NULL,
  venue_id TEXT NOT NULL,
  venue TEXT NOT NULL,
  city TEXT NOT NULL,
  country TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  start INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  status INTEGER NOT NULL,
  -- The id of the event that holds in its place; empty: none.
  merged_into TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  -- Where it is suggested: see placeOf. Null once it has begun, is cancelled or is merged.
  place INTEGER
) STRICT;
CREATE INDEX known_events_ahead ON known_events (start) WHERE place IS NOT NULL;
CREATE UNIQUE INDEX known_events_by_place ON known_events (place) WHERE place IS NOT NULL;

-- A row for each venue of the service events: its newest state. It is suggested in the place of its key.
CREATE TABLE known_venues (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  city TEXT NOT NULL,
  country TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  -- A list, as JSON.
  sections TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;

-- What is suggested, by place: how well it fits is told from its names.
CREATE TABLE suggested (
  place INTEGER PRIMARY KEY,
  -- See SuggestedNames, as JSON.
  names TEXT NOT NULL,
  -- The words of vocabulary that it has: a list, as JSON.
  vocabulary TEXT NOT NULL
) STRICT;

-- What finds it, by place, and so the soonest first: words, whole names, and its city in each spelling.
CREATE VIRTUAL TABLE names USING fts5(
  tokens,
  content = '', contentless_delete = 1, detail = none, prefix = '1 2 3 4 5 6 7 8',
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
);

-- The words that somebody may mistype, and how many suggested events and venues have each. No row where that is none.
CREATE TABLE vocabulary (
  key INTEGER PRIMARY KEY,
  word TEXT NOT NULL UNIQUE,
  suggested INTEGER NOT NULL
) STRICT;

-- By which forms a word is found that was typed with mistakes: see formsOf.
CREATE TABLE word_forms (
  form TEXT NOT NULL,
  word INTEGER NOT NULL,
  PRIMARY KEY (form, word)
) WITHOUT ROWID, STRICT;
`;

/** Takes away all that came of events and venues. */
export const CLEAR_EVENTS = `
DELETE FROM known_events;
DELETE FROM known_venues;
DELETE FROM suggested;
INSERT INTO names (names) VALUES ('delete-all');
DELETE FROM vocabulary;
DELETE FROM word_forms;
`;
