import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";

/**
 * One step down: a key, a position in a list (from its end below zero), or what the one element of a list has in it (`{ name: "public" }`; what
 * it has besides does not matter).
 */
export type Step = string | number | Pattern;

interface Pattern {
  readonly [key: string]: unknown;
}

/**
 * A parsed YAML file, or a part of it, whose values are replaced in place. Every path has to lead to something that
 * is there: a file that was changed below its editor is an error and not a setting that is left out. What an alias
 * repeats is one thing: changed inside, it changes everywhere.
 */
export class YamlTree {
  readonly #root: unknown;
  readonly #title: string;

  private constructor(root: unknown, title: string) {
    this.#root = root;
    this.#title = title;
  }

  /** `title` names the text in errors. */
  static parse(text: string, title: string): YamlTree {
    return new YamlTree(parse(text), title);
  }

  /** The part at this path, for further edits. */
  at(...path: Step[]): YamlTree {
    return path.reduce<YamlTree>((part, step) => part.#child(step), this);
  }

  /** Replaces the value of a key that is there. */
  set(key: string, value: unknown): void {
    if (!isMap(this.#root) || !(key in this.#root)) throw this.#lacks(key);
    this.#root[key] = value;
  }

  /** Adds a key that is not there yet. */
  add(key: string, value: unknown): void {
    if (!isMap(this.#root) || key in this.#root) throw new Error(`${this.#title} already has ${key}`);
    this.#root[key] = value;
  }

  /** Takes a key away that is there. */
  remove(key: string): void {
    if (!isMap(this.#root) || !(key in this.#root)) throw this.#lacks(key);
    delete this.#root[key];
  }

  /** Adds an element to the end of the list that this is. */
  push(value: unknown): void {
    if (!Array.isArray(this.#root)) throw new Error(`${this.#title} is no list`);
    this.#root.push(value);
  }

  /** Adds a copy of an element of the list that this is, before it and with these values for its keys. */
  copyBefore(pattern: Pattern, changes: Readonly<Record<string, unknown>>): void {
    const original = this.#element(pattern);
    if (!Array.isArray(this.#root) || !isMap(original)) throw this.#lacks(JSON.stringify(pattern));
    this.#root.splice(this.#root.indexOf(original), 0, { ...original, ...changes });
  }

  /** Adds elements before the first of the list that this is. */
  prepend(values: readonly unknown[]): void {
    if (!Array.isArray(this.#root)) throw new Error(`${this.#title} is no list`);
    this.#root.unshift(...values);
  }

  /** Adds a copy of one element to the end of the list that this is, and returns the copy. */
  pushCopy(pattern: Pattern): YamlTree {
    this.push(structuredClone(this.#child(pattern).#root));
    return this.at(-1);
  }

  /** Without anchors. Strings are quoted, so that nobody takes one for a number or a switch. */
  toString(): string {
    return stringify(this.#root, {
      aliasDuplicateObjects: false,
      defaultStringType: "QUOTE_DOUBLE",
      defaultKeyType: "PLAIN",
      lineWidth: 0,
    });
  }

  #child(step: Step): YamlTree {
    const name = typeof step === "object" ? JSON.stringify(step) : `${step}`;
    const child = typeof step === "object" ? this.#element(step) : this.#value(step);
    if (child === undefined) throw this.#lacks(name);
    return new YamlTree(child, `${this.#title}, ${name}`);
  }

  #value(key: string | number): unknown {
    if (typeof key === "number") return Array.isArray(this.#root) ? this.#root.at(key) : undefined;
    return isMap(this.#root) ? this.#root[key] : undefined;
  }

  #element(pattern: Pattern): unknown {
    const found = Array.isArray(this.#root) ? this.#root.filter((each) => has(each, pattern)) : [];
    return found.length === 1 ? found[0] : undefined;
  }

  #lacks(name: string): Error {
    return new Error(`${this.#title} does not have exactly one ${name}`);
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const has = (value: unknown, pattern: unknown): boolean =>
  isMap(pattern)
    ? isMap(value) && Object.entries(pattern).every(([key, part]) => has(value[key], part))
    : isDeepStrictEqual(value, pattern);
