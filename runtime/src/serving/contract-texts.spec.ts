import { create, type DescMessage, getOption, hasOption } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { field as fieldRules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { describe, expect, it } from "@jest/globals";
import {
  ReinstateUserRequestSchema,
  SignUpRequestSchema,
  SuspendUserRequestSchema,
} from "@ticketing/proto/auth/v1/auth_service";
import {
  AddEvidenceRequestSchema,
  DecideCaseRequestSchema,
  OpenCaseRequestSchema,
} from "@ticketing/proto/cases/v1/case_service";
import { DeliverTicketRequestSchema } from "@ticketing/proto/deliveries/v1/delivery_service";
import {
  CancelEventRequestSchema,
  MergeEventsRequestSchema,
  ProposeEventRequestSchema,
  ProposeVenueRequestSchema,
  RescheduleEventRequestSchema,
} from "@ticketing/proto/events/v1/event_service";
import {
  FreezeEarningRequestSchema,
  UnfreezeEarningRequestSchema,
} from "@ticketing/proto/payouts/v1/payout_service";
import { EventSchema, SeatSchema } from "@ticketing/proto/tickets/v1/ticket";
import {
  CreateTicketRequestSchema,
  TakeDownTicketRequestSchema,
  UpdateTicketRequestSchema,
} from "@ticketing/proto/tickets/v1/ticket_service";

const validator = createValidator();

/** Every field that holds what a person wrote and others read, and how many characters it may have. */
const texts: readonly (readonly [DescMessage, string, number])[] = [
  [SignUpRequestSchema, "displayName", 50],
  [SuspendUserRequestSchema, "reason", 500],
  [ReinstateUserRequestSchema, "reason", 500],
  [TakeDownTicketRequestSchema, "reason", 500],
  [FreezeEarningRequestSchema, "reason", 500],
  [UnfreezeEarningRequestSchema, "reason", 500],
  [RescheduleEventRequestSchema, "reason", 500],
  [CancelEventRequestSchema, "reason", 500],
  [MergeEventsRequestSchema, "reason", 500],
  [CreateTicketRequestSchema, "title", 120],
  [UpdateTicketRequestSchema, "title", 120],
  [EventSchema, "title", 120],
  [EventSchema, "venue", 120],
  [EventSchema, "city", 80],
  [ProposeVenueRequestSchema, "name", 120],
  [ProposeVenueRequestSchema, "city", 80],
  [ProposeEventRequestSchema, "title", 120],
  [DeliverTicketRequestSchema, "transferNote", 500],
  [OpenCaseRequestSchema, "text", 1000],
  [AddEvidenceRequestSchema, "text", 1000],
  [DecideCaseRequestSchema, "reason", 500],
];
const seats: typeof texts = [
  [SeatSchema, "section", 40],
  [SeatSchema, "row", 10],
  [SeatSchema, "number", 10],
];
const named = (fields: typeof texts) =>
  fields.map(([schema, name, most]) => [`${schema.name}.${name}`, schema, name, most] as const);

/** What the contract says of a text in a field, as services and pages check it. */
function violationsOf(schema: DescMessage, name: string, text: string) {
  const { oneof } = schema.field[name] ?? {};
  const init = oneof ? { [oneof.localName]: { case: name, value: text } } : { [name]: text };
  const { violations = [] } = validator.validate(schema, create(schema, init));
  return violations.filter(({ field: [part] }) => part?.kind === "field" && part.localName === name);
}

const isTaken = (...field: Parameters<typeof violationsOf>): boolean => violationsOf(...field).length === 0;

it.each(
  [RescheduleEventRequestSchema, CancelEventRequestSchema, MergeEventsRequestSchema].map(
    (schema: DescMessage) => [schema.name, schema] as const,
  ),
)("an operator says why: no %s without a reason", (_, schema) => {
  const { violations = [] } = validator.validate(schema, create(schema));
  const missing = violations.flatMap(({ field: [part] }) => (part?.kind === "field" ? part.localName : []));
  expect(missing).toContain("reason");
});

const written = [
  ["Persian, with a non-joiner", "می\u200cخواهم"],
  ["Sinhala, with a joiner", "ශ්\u200dරී ලංකා"],
  ["Malayalam, joined", "അവന്\u200d തന്നെ"],
  ["Malayalam that ends with a joined letter", "മോഹന്\u200dലാല്\u200d"],
  ["Bengali that ends with a joined letter", "জগত্\u200d"],
  ["Hindi that ends with a bare consonant", "वाक्\u200c"],
  ["Bengali, not joined", "র\u200c্যাব"],
  ["a family", "👨‍👩‍👧‍👦"],
  ["a heart", "❤️"],
  ["a keycap", "1️⃣ Festival"],
  ["a skin tone", "👩🏽‍🚀 Night"],
  ["a rainbow", "Pride 🏳️‍🌈"],
  ["a flag of two letters", "🇳🇴"],
  ["the flag of England", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
  ["flags among words", "🏴󠁧󠁢󠁳󠁣󠁴󠁿 v 🏴󠁧󠁢󠁥󠁮󠁧󠁿 final"],
  ["the black flag", "🏴"],
  ["an emoji of a later Unicode", "\u{1fadd}\u{1faf0} \u{1facf}"],
  ["a letter of plane 2", "𠮷野家"],
  ["a variant of a name", "葛\u{e0100}城"],
  ["Arabic with harakat", "مُحَمَّد"],
  ["a verse of the Quran with its number", "الفاتحة\u06dd١"],
  ["Mongolian, with a vowel separator and a variant", "ᠬᠠᠭ\u180eᠠ ᠲᠡᠷ\u180bᠡ"],
  ["Thai", "น้ำ"],
  ["Khmer, whose keyboards part words by a space that nobody sees", "បុណ្យ\u200bអុំទូក"],
  ["Thai whose words are parted so that lines can break", "ดนตรี\u200bสด"],
  ["Lao, parted", "ດົນຕີ\u200bສົດ"],
  ["Burmese, parted", "ဂီတ\u200bပွဲ"],
  ["Khmer, parted from what is not", "ឆ្នាំ\u200b2026\u200bភ្នំ"],
  ["one letter", "é"],
  ["letter and accent", "e\u0301"],
  ["wide and no-break spaces inside", "東京\u3000公演\u00a01"],
  ["signs", "P!nk & +/- (live) @ 50%"],
] as const;

const refused = [
  ["a new line", "a\nb"],
  ["a tab", "a\tb"],
  ["nothing", "a\u0000b"],
  ["an escape", "a\u001bb"],
  ["a C1 control", "a\u0085b"],
  ["a line separator", "a\u2028b"],
  ["a paragraph separator", "a\u2029b"],
  ...["202a", "202b", "202c", "202d", "202e", "2066", "2067", "2068", "2069", "200e", "200f", "061c"].map(
    (bidi) => [`the direction mark ${bidi}`, `a${String.fromCodePoint(Number.parseInt(bidi, 16))}b`] as const,
  ),
  ["a zero width space", "a\u200bb"],
  ["a zero width space beside a space", "ក a\u200b ក"],
  ["a zero width space and a space behind", "ភ្នំ\u200b "],
  ["more zero width spaces than anybody needs", "ក\u200b\u200b\u200bក"],
  ["a byte order mark", "a\ufeffb"],
  ["a soft hyphen", "a\u00adb"],
  ["a word joiner", "a\u2060b"],
  ["a private letter", "a\ue000b"],
  ["half of a surrogate pair", "a\ud83cb"],
  ["the other half", "a\udfb7b"],
  ["tags without a flag", "a\u{e0067}\u{e007f}b"],
  ["a flag that does not end", "🏴\u{e0067}\u{e0062} b"],
  ["a hidden text behind a flag", "🏴\u{e0067}\u{e007f}\u{e0068}\u{e0069}"],
] as const;

const unseen = [
  ["a joiner", "\u200d"],
  ["non-joiners", "\u200c\u200c"],
  ["variation selectors", "\ufe0f\ufe0f"],
  ["a grapheme joiner", "\u034f"],
  ["a mark alone", "\u0301"],
  ["a Hangul filler", "\u3164"],
  ["half a Hangul filler", "\uffa0"],
  ["an empty Braille cell", "\u2800"],
  ["Khmer inherent vowels", "\u17b4\u17b5"],
  ["Hangul fillers", "\u115f\u1160"],
  ["a Mongolian vowel separator", "\u180e"],
  ["an empty notehead", "\u{1d159}"],
  ["blanks of Egyptian", "\u{13441}\u{13442}"],
] as const;

const ends = [
  ["a space before", " a"],
  ["a space behind", "a "],
  ["a wide space behind", "a\u3000"],
  ["a no-break space before", "\u00a0a"],
  ["a joiner before", "\u200da"],
  ["a joiner behind", "a\u200d"],
  ["a non-joiner behind", "می\u200c"],
  ["a zero width space before", "\u200bភ្នំ"],
  ["a zero width space behind", "ភ្នំ\u200b"],
  ["two joiners behind", "അവന്\u200d\u200d"],
  ["a joiner behind an emoji", "❤️\u200d"],
  ["a Hangul filler behind", "a\u3164"],
  ["an accent before", "\u0301a"],
] as const;

describe.each(named([...texts, ...seats]))("%s", (_, schema, name, most) => {
  const inSeat = schema === SeatSchema;
  const short = ([, text]: readonly [string, string]) => [...text].length <= most;

  it.each(written.filter(short))("takes %s", (_what, text) => {
    expect(isTaken(schema, name, text)).toBe(true);
  });
  it.each([...refused, ...unseen].filter(short))("refuses %s", (_what, text) => {
    expect(isTaken(schema, name, text)).toBe(false);
  });
  it.each(ends)("refuses %s, but for spaces around a seat", (_what, text) => {
    expect(isTaken(schema, name, text)).toBe(inSeat && /^\p{Zs}|\p{Zs}$/u.test(text));
  });
  it("counts characters, not bytes or halves of them", () => {
    for (const letter of ["a", "é", "東", "𠮷", "🎷"]) {
      expect(isTaken(schema, name, letter.repeat(most))).toBe(true);
      expect(isTaken(schema, name, letter.repeat(most + 1))).toBe(false);
    }
  });
  it("may be empty only in a seat", () => {
    expect(isTaken(schema, name, "")).toBe(inSeat);
  });
});

it("texts have one rule, in seats with spaces around", () => {
  const rules = (fields: typeof texts) => [
    ...new Set(
      fields.map(([schema, name]) => {
        const field = schema.fields.find(({ localName }) => localName === name);
        if (!field || !hasOption(field, fieldRules)) throw new Error(`${name} has no rules`);
        return getOption(field, fieldRules)
          .cel.map(({ id, message, expression }) => [id, message, expression].join("\n"))
          .join("\n");
      }),
    ),
  ];
  const [[text = "", ...others], seat] = [rules(texts), rules(seats)];
  expect(others).toEqual([]);
  expect(seat).toEqual([
    text
      .replace("|^[\\p{Zs}", "|^\\p{Zs}*[")
      .replace(/\|\[\\p\{Zs\}(.*?)\]\$/, "|[$1]\\p{Zs}*$")
      .replaceAll("[\u200c\u200d]$", "[\u200c\u200d]\\p{Zs}*$"),
  ]);
});

it("a refusal has a message in plain words", () => {
  for (const [schema, name] of [...texts, ...seats]) {
    const [violation, ...others] = violationsOf(schema, name, "a\u202eb");
    expect(others).toEqual([]);
    expect(violation?.ruleId).toBe("text.visible");
    expect(violation?.message).toMatch(/^[a-z ]+$/);
  }
});

/** Each code point of Unicode; of the many for private use or without a letter yet one of 64, but each that is ignored. */
const codePoints = Array.from({ length: 0x110000 }, (_, each) => each)
  .filter((each) => {
    const letter = String.fromCodePoint(each);
    return each % 64 === 0 || !/\p{Co}|(?!\p{Default_Ignorable_Code_Point})\p{Cn}/u.test(letter);
  })
  .map((each) => String.fromCodePoint(each));
const isHidden = (letter: string): boolean =>
  /[\p{Cc}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}\u{13430}-\u{1343f}]/u.test(
    letter,
  );
/** What no one sees, but a script or an emoji needs between other characters. */
const isJoiner = (letter: string): boolean =>
  /\p{Variation_Selector}|\u034f|[\u115f\u1160\u3164\uffa0]|\u17b4|\u17b5|\u180e|[\u200c\u200d]/u.test(
    letter,
  );

describe("of all code points", () => {
  const taken = (text: string) => isTaken(SeatSchema, "section", text);

  it("none that is hidden is taken as a text or inside it, but for joiners inside", () => {
    const hidden = codePoints.filter(isHidden);
    expect(hidden.length).toBeGreaterThan(4_174);
    expect(hidden.filter((each) => taken(each) || taken(each.repeat(3)))).toEqual([]);
    expect(hidden.filter((each) => taken(`a${each}b`) !== isJoiner(each))).toEqual([]);
  });
  it("each that can be seen is taken between others, and alone unless it is a mark or blank", () => {
    const seen = codePoints.filter((each) => !isHidden(each));
    expect(seen.length).toBeGreaterThan(150_000);
    const many = Array.from({ length: Math.ceil(seen.length / 38) }, (_, place) =>
      seen.slice(place * 38, place * 38 + 38).join(""),
    );
    expect(many.filter((each) => !taken(`a${each}b`))).toEqual([]);
    const alone = seen.filter((each) => !/[\p{Cn}\p{Z}\p{M}\u2800\u{13441}\u{13442}\u{1d159}]/u.test(each));
    expect(alone.filter((each) => !taken(each))).toEqual([]);
  });
});
