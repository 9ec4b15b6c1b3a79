import type { DescField, DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { Versioned } from "./document-store.ts";

/**
 * A transition as a rule makes it: a case of the `transition` of the document's event, with its facts. These are
 * texts and enums.
 */
export type TransitionOf<Event extends DescMessage> =
  MessageInitShape<Event> extends { transition?: infer Cases } ? Extract<Cases, { case: string }> : never;

type SnakeCase<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Text;

/** The names of an event's transitions as they are stored and as subjects have them: past tense, snake_case. */
export type TransitionType<Event extends DescMessage> = SnakeCase<TransitionOf<Event>["case"]>;

/** One step of a document's life as it is stored: its timeline entry, of which the event is made that announces it. */
export interface Transition<Type extends string = string> {
  version: number;
  type: Type;
  time: Date;
  /** Its facts: small and public. Of an enum the value's name in lower case, without what all its values begin with. */
  data: Record<string, string>;
  /** The request that caused it, for traces. */
  requestId?: string;
}

/** A document whose changes are published as events; {@link transitionsOf} gives the functions that write it. */
export interface Aggregate<Type extends string = string> extends Versioned {
  /** Its transitions, oldest first. */
  history: Transition<Type>[];
  /** The last version whose event the broker acknowledged. */
  published: number;
  /** Whether something is to be published: the relay's index. */
  pending: boolean;
  /** When it last changed. */
  updateTime: Date;
}

/** Functions that create and change the documents whose events have this schema. */
export function transitionsOf<Event extends DescMessage>(event: Event) {
  type Type = TransitionType<Event>;
  const stored = (version: number, transition: TransitionOf<Event>, time: Date): Transition<Type> => {
    const { name, data } = writeTransition(event, transition);
    // A case and the name of its field are one name in two spellings.
    return { version, type: name as Type, time, data };
  };
  return {
    /** A document's first version. */
    begin<T extends object>(
      fields: T & { _id: string },
      transition: TransitionOf<Event>,
      now: Date,
    ): T & { _id: string } & Aggregate<Type> {
      const history = [stored(1, transition, now)];
      return { ...fields, version: 1, updateTime: now, history, published: 0, pending: true };
    },

    /** A document's next version: the transition, and the changes that it means. */
    advance<T extends Aggregate<Type>>(
      document: T,
      transition: TransitionOf<Event>,
      now: Date,
      changes: Partial<T> = {},
    ): T {
      const version = document.version + 1;
      const history = [...document.history, stored(version, transition, now)];
      return { ...document, ...changes, version, updateTime: now, history, pending: true };
    },
  };
}

function writeTransition(event: DescMessage, transition: { case: string; value?: object }) {
  const kind = event.field[transition.case];
  if (kind?.fieldKind !== "message") throw new Error(`${event.typeName} has no ${transition.case}`);
  // The init object of a message has its fields by their local names.
  const facts = transition.value as Readonly<Record<string, unknown>>;
  const data: Record<string, string> = {};
  for (const field of kind.message.fields) {
    const fact = facts[field.localName];
    if (fact) data[field.localName] = writeFact(field, fact);
  }
  return { name: kind.name, data };
}

/**
 * The `transition` of an event, or of another message that has the same cases, from a stored one. Undefined for what
 * only a newer release knows: its event then has the document's state alone.
 */
export function readTransition<Schema extends DescMessage>(
  message: Schema,
  { type, data }: Pick<Transition, "type" | "data">,
): TransitionOf<Schema> | undefined {
  const kind = message.fields.find(({ name }) => name === type);
  if (kind?.fieldKind !== "message" || !kind.oneof) return undefined;
  const facts = kind.message.fields.flatMap((field) => {
    const text = data[field.localName];
    return text === undefined ? [] : [[field.localName, readFact(field, text)] as const];
  });
  // The compiler cannot see that the descriptor and the type of a message say the same.
  return { case: kind.localName, value: Object.fromEntries(facts) } as TransitionOf<Schema>;
}

function writeFact(field: DescField, fact: unknown): string {
  if (field.fieldKind === "enum") return nameOf(field.enum.value[Number(fact)]?.localName ?? String(fact));
  if (typeof fact === "string") return fact;
  throw new Error(`${field}: a fact is a text or an enum's value`);
}

function readFact(field: DescField, text: string): unknown {
  if (field.fieldKind !== "enum") return text;
  return field.enum.values.find(({ localName }) => nameOf(localName) === text)?.number;
}

const nameOf = (value: string) => value.toLowerCase();

/** A document's next version with changes that are its service's own affair: no transition and no event. */
export const amend = <T extends Aggregate>(document: T, changes: Partial<T>, now: Date): T => ({
  ...document,
  ...changes,
  version: document.version + 1,
  updateTime: now,
});
