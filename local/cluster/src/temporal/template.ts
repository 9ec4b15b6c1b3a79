/** What a function of a template gives for its arguments. */
type TemplateFunction = (args: readonly string[], env: Readonly<Record<string, string>>) => string;

/**
 * The functions that our template uses, of those that Temporal's server has: sprig's
 * (https://masterminds.github.io/sprig/). The server takes an unset variable for an empty text; here it is an error.
 */
const functions: Readonly<Record<string, TemplateFunction>> = {
  env: (args, env) => {
    const [name] = only(args, "env");
    const value = env[name];
    if (value === undefined) throw new Error(`the pod has no variable ${name}`);
    return value;
  },
  quote: (args) => JSON.stringify(only(args, "quote")[0]),
};

/**
 * Renders a configuration file as Temporal's server does (common/config/loader.go of go.temporal.io/server v1.32.0):
 * a Go template, if a comment within its first kilobyte says so, executed with sprig's functions and without data. Of
 * its actions this knows pipelines, and `if` with the text that is there where the pipeline gives a text.
 * Throws at the first action that the server, or this subset of the language, does not know.
 */
export function renderTemplate(text: string, env: Readonly<Record<string, string>>): string {
  const marked = text
    .slice(0, 1024)
    .split("\n")
    .some((line) => /^#.*enable-template/.test(line.trim()));
  if (!marked) return text;
  let rendered = "";
  /** For each `if` around here, whether it holds. */
  const conditions: boolean[] = [];
  for (const part of text.split(/(\{\{.*?\}\})/s)) {
    const holds = conditions.every(Boolean);
    const action = /^\{\{(.*)\}\}$/s.exec(part)?.[1]?.trim();
    if (action === undefined) {
      if (part.includes("{{")) throw new Error("an action of the template has no end");
      rendered += holds ? part : "";
    } else if (action === "end") {
      if (conditions.pop() === undefined) throw new Error("the template has an end without an if");
    } else if (/^if\s/.test(action)) {
      conditions.push(holds && evaluate(action.slice(2).trim(), env) !== "");
    } else if (holds) rendered += evaluate(action, env);
  }
  if (conditions.length > 0) throw new Error("an if of the template has no end");
  return rendered;
}

/** A pipeline: what one command gives is the last argument of the next. */
function evaluate(action: string, env: Readonly<Record<string, string>>): string {
  let value: string | undefined;
  for (const command of splitPipeline(action)) {
    const [name = "", ...args] = command;
    if (name.startsWith("."))
      throw new Error(`{{ ${action} }} reads data of the template, and the server renders it without any`);
    const apply = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (!apply) throw new Error(`{{ ${action} }}: the function ${name || "before it"} is not known`);
    const texts = args.map((argument) => literal(argument, action));
    value = apply(value === undefined ? texts : [...texts, value], env);
  }
  return value ?? "";
}

/** The words of each command; a quoted text is one word. */
const splitPipeline = (action: string): string[][] => {
  const words = action.match(/"(?:\\.|[^"\\])*"|\||[^\s|"]+|"/g) ?? [];
  const commands: string[][] = [[]];
  for (const word of words) {
    if (word === "|") commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands;
};

function literal(word: string, action: string): string {
  if (!/^".*"$/s.test(word) || word.length < 2) throw new Error(`{{ ${action} }}: ${word} is no quoted text`);
  return String(JSON.parse(word));
}

function only(args: readonly string[], name: string): [string] {
  const [argument] = args;
  if (argument === undefined || args.length !== 1) throw new Error(`${name} takes one argument`);
  return [argument];
}
