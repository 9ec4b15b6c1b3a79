import { readFileSync } from "node:fs";
import { join } from "node:path";
import { create, type DescField, type DescFile, type DescMessage } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { createValidator } from "@bufbuild/protovalidate";
import { describe, expect, it } from "@jest/globals";
import { rowsOfPage } from "../documents/page-size.ts";
import { publicContracts } from "./public-contracts.ts";

const PROTO = join(import.meta.dirname, "../../../proto");
const validator = createValidator();

/** The files that client authors read: those of the public services, and what of ours they import. */
const files = new Map<string, DescFile>();
const add = (file: DescFile): void => {
  if (!file.name.startsWith("ticketing/") || files.has(file.name)) return;
  files.set(file.name, file);
  file.dependencies.forEach(add);
};
for (const { file } of publicContracts) add(file);
const messages = [...files.values()].flatMap((file) =>
  [...nestedTypes(file)].filter((type): type is DescMessage => type.kind === "message"),
);

// That everything in a contract has a comment is `buf lint`'s to see.
describe("what client authors read", () => {
  it.each([...files.keys()])("%s says nothing of what this mesh runs in place of Stripe", (name) => {
    expect(readFileSync(join(PROTO, `${name}.proto`), "utf8")).not.toMatch(/\bdouble\b/i);
  });
});

describe("what no request can set", () => {
  /** The messages of our files that some of these have as fields, and so on. */
  const within = (roots: readonly DescMessage[], found = new Set<DescMessage>()): Set<DescMessage> => {
    for (const message of roots) {
      if (!message.typeName.startsWith("ticketing.") || found.has(message)) continue;
      const fields = message.fields.flatMap((field) => field.message ?? []);
      within(fields, found.add(message));
    }
    return found;
  };
  const methods = publicContracts.flatMap((service) => service.methods);
  const asked = within(methods.map(({ input }) => input));
  const answers = new Set(methods.map(({ output }) => output));
  const told = [...within([...answers])].filter(
    (message) => !asked.has(message) && !answers.has(message) && !message.parent,
  );
  const commentOf = ({ name, file }: DescMessage): string => {
    const text = readFileSync(join(PROTO, `${file.name}.proto`), "utf8");
    return new RegExp(`((?:^//.*\n)*)message ${name} `, "m").exec(text)?.[1] ?? "";
  };

  it.each(told.filter(({ file }) => !file.proto.options?.deprecated).map((type) => [type.name, type]))(
    "says so: %s",
    (_, type) => expect(commentOf(type as DescMessage)).toContain("Output only: "),
  );

  it.each([...asked].map((type) => [type.name, type]))("is not said of what one can: %s", (_, type) =>
    expect(commentOf(type as DescMessage)).not.toContain("Output only"),
  );
});

describe("a page", () => {
  const sizes = messages.flatMap((message) => {
    const size = message.fields.find(({ name }) => name === "page_size");
    return size ? [[message.name, message, size] as const] : [];
  });
  const verdict = (message: DescMessage, size: DescField, pageSize: number) =>
    validator
      .validate(message, create(message, { [size.localName]: pageSize }))
      .violations?.map(({ ruleId }) => ruleId) ?? [];

  it.each(sizes)("of %s may be asked for in any size that is not negative", (_, message, size) => {
    for (const pageSize of [0, 1, 100, 101, 2 ** 31 - 1])
      expect(verdict(message, size, pageSize)).toEqual([]);
    expect(verdict(message, size, -1)).toEqual(["int32.gte"]);
  });

  it("has 20 rows unless asked otherwise, and never more than 100", () => {
    expect([0, 1, 100, 101, 2 ** 31 - 1].map(rowsOfPage)).toEqual([20, 1, 100, 100, 100]);
  });
});
