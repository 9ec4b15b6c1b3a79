import { type DescExtension, type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** The contracts of some services, as the descriptors that their code was generated with have them. */
export interface DescribedContracts {
  /** Full names of the services, sorted. */
  readonly services: readonly string[];
  /** A file by its path, such as `ticketing/type/v1/money.proto`. */
  fileNamed(path: string): DescFile | undefined;
  /** The file that declares a message, field, oneof, enum, enum value, extension, service or method of this full name. */
  fileDeclaring(symbol: string): DescFile | undefined;
  /** The file that declares the extension of a message with a field number. */
  fileExtending(message: string, number: number): DescFile | undefined;
  /** Field numbers of the known extensions of a message; undefined where there is no such message. */
  extensionsOf(message: string): readonly number[] | undefined;
}

/** What the files of these services declare, and the files that those import. Other files have nothing in it. */
export function describeContracts(
  services: readonly DescService[],
  more: readonly DescFile[] = [],
): DescribedContracts {
  const files = new Map<string, DescFile>();
  const symbols = new Map<string, DescFile>();
  const extensions = new Map<string, Map<number, DescFile>>();
  const add = (file: DescFile): void => {
    const path = file.proto.name;
    if (files.has(path)) return;
    files.set(path, file);
    for (const symbol of symbolsOf(file)) symbols.set(symbol, file);
    for (const { extendee, number } of extensionsIn(file)) {
      const known = extensions.get(extendee.typeName) ?? new Map<number, DescFile>();
      extensions.set(extendee.typeName, known.set(number, file));
    }
    file.dependencies.forEach(add);
  };
  for (const { file } of services) add(file);
  more.forEach(add);
  return {
    services: services.map(({ typeName }) => typeName).sort(),
    fileNamed: (path) => files.get(path),
    fileDeclaring: (symbol) => symbols.get(symbol),
    fileExtending: (message, number) => extensions.get(message)?.get(number),
    extensionsOf: (message) =>
      symbols.has(message) ? [...(extensions.get(message)?.keys() ?? [])] : undefined,
  };
}

function* symbolsOf(file: DescFile): Iterable<string> {
  for (const type of nestedTypes(file)) {
    yield type.typeName;
    if (type.kind === "message") {
      for (const { name } of [...type.fields, ...type.oneofs]) yield `${type.typeName}.${name}`;
    } else if (type.kind === "service") {
      for (const { name } of type.methods) yield `${type.typeName}.${name}`;
    } else if (type.kind === "enum") {
      // A value stands beside its enum, not in it (protobuf.dev/reference/protobuf/proto3-spec).
      const scope = type.typeName.slice(0, type.typeName.lastIndexOf(".") + 1);
      for (const { name } of type.values) yield `${scope}${name}`;
    }
  }
}

const extensionsIn = (file: DescFile): DescExtension[] =>
  [...nestedTypes(file)].filter((type) => type.kind === "extension");

/**
 * Serialized FileDescriptorProtos: the file, then each that it imports, also through others, and that is not in `sent`,
 * before what that imports itself. All of them are in `sent` afterwards.
 */
export function encodeWithImports(file: DescFile, sent: Set<string>): Uint8Array[] {
  sent.add(file.proto.name);
  const ordered: DescFile[] = [];
  const add = (each: DescFile): void => {
    for (const imported of each.dependencies) {
      if (sent.has(imported.proto.name)) continue;
      sent.add(imported.proto.name);
      add(imported);
    }
    ordered.unshift(each);
  };
  add(file);
  return ordered.map(encode);
}

const encoded = new WeakMap<DescFile, Uint8Array>();

function encode(file: DescFile): Uint8Array {
  const known = encoded.get(file);
  if (known) return known;
  const bytes = toBinary(FileDescriptorProtoSchema, file.proto);
  encoded.set(file, bytes);
  return bytes;
}
