/** An instruction of a Dockerfile, of the few kinds that ours has. */
export type Instruction =
  | { readonly kind: "ARG"; readonly name: string; readonly value?: string }
  | { readonly kind: "ENV"; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: "WORKDIR"; readonly path: string }
  | {
      readonly kind: "COPY";
      readonly from?: string;
      readonly sources: readonly string[];
      readonly target: string;
    }
  | { readonly kind: "RUN"; readonly command: string }
  | { readonly kind: "USER"; readonly user: string }
  | { readonly kind: "CMD"; readonly words: readonly string[] };

export interface Stage {
  readonly name: string;
  /** An earlier stage, or an image. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile. Throws at whatever it does not know: nothing is passed over. */
export function parseDockerfile(text: string): Stage[] {
  const global: Record<string, string> = {};
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const line of logicalLines(text)) {
    const [word = "", rest = ""] = splitOnce(line);
    if (word === "FROM") {
      const match = /^(\S+) AS ([a-z]+)$/.exec(rest);
      if (!match?.[1] || !match[2]) throw new Error(`a stage needs a name: ${line}`);
      stages.push({ name: match[2], base: substitute(match[1], global), instructions: [] });
      continue;
    }
    const instruction = parseInstruction(word, rest);
    const stage = stages.at(-1);
    if (stage) stage.instructions.push(instruction);
    else if (instruction.kind === "ARG" && instruction.value) global[instruction.name] = instruction.value;
    else throw new Error(`only ARG may stand before the first stage: ${line}`);
  }
  return stages;
}

/** `${NAME}` replaced by its value. Throws when it has none. */
export const substitute = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{(\w+)\}/g, (found, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${found} has no value`);
    return value;
  });

function parseInstruction(word: string, rest: string): Instruction {
  switch (word) {
    case "ARG": {
      const [name = "", value] = rest.split(/=(.*)/s);
      return { kind: "ARG", name, value };
    }
    case "ENV":
      return { kind: "ENV", values: Object.fromEntries(rest.split(" ").map((pair) => pairOf(pair))) };
    case "WORKDIR":
      return { kind: "WORKDIR", path: rest };
    case "USER":
      return { kind: "USER", user: rest };
    case "COPY":
      return parseCopy(rest);
    case "RUN":
      return { kind: "RUN", command: rest.replace(/^--mount=type=cache,target=\S+ /, "") };
    case "CMD":
      return { kind: "CMD", words: JSON.parse(rest) as string[] };
    default:
      throw new Error(`the checks do not know how to carry out ${word}`);
  }
}

function parseCopy(rest: string): Instruction {
  const words = rest.split(" ");
  const options = words.filter((word) => word.startsWith("--"));
  const paths = words.filter((word) => !word.startsWith("--"));
  const from = options.find((option) => option.startsWith("--from="))?.slice("--from=".length);
  const unknown = options.find((option) => !/^--(from|chown)=/.test(option));
  const target = paths.pop();
  if (unknown || !target || paths.length === 0) throw new Error(`the checks do not know COPY ${rest}`);
  return { kind: "COPY", ...(from && { from }), sources: paths, target };
}

function pairOf(pair: string): [string, string] {
  const [name = "", value = ""] = pair.split(/=(.*)/s);
  return [name, value];
}

function logicalLines(text: string): string[] {
  const lines = text.split("\n").filter((line) => line.trim() && !line.trimStart().startsWith("#"));
  return lines
    .join("\n")
    .replace(/\\\n\s*/g, "")
    .split("\n");
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf(" ");
  return [line.slice(0, at), line.slice(at + 1).trim()];
}
