import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const sources = join(import.meta.dirname, "..");
/** A field that people fill in, read from a message; `texts`, `props` and `styles` hold our own words. */
const written = /\b(?!texts\b|props\b|styles\b)\w+\??\.(?:title|venue|city|sellerName|displayName|email)\b/;

/** What is given to a function of our words is isolated there. */
const isWritten = (expression: string) => written.test(expression.replace(/\w*texts\.\w+\([^()]*\)/gi, ""));

/** Places of a source where a written text stands in a line of ours without anything that isolates its direction. */
function loose(source: string): string[] {
  const inMarkup = [...source.matchAll(/<(\w+)[^<>]*>\s*\{([^{}]*)\}/g)]
    .filter(([, element, expression = ""]) => element !== "bdi" && isWritten(expression))
    .map(([match]) => match);
  const inSentences = [...source.matchAll(/`[^`]*`/g)]
    .flatMap(([sentence]) => [...sentence.matchAll(/\$\{([^{}]*)\}/g)])
    .filter(([, expression = ""]) => isWritten(expression) && !expression.includes("isolate("))
    .map(([match]) => match);
  const asHeader = [...source.matchAll(/<PageHeader[^>]*\b(title)=\{([^{}]*)\}/g)]
    .filter(([, , expression = ""]) => isWritten(expression) && !expression.includes("isolate("))
    .map(([match]) => match);
  return [...inMarkup, ...inSentences, ...asHeader];
}

test.each(globSync("**/*.{ts,tsx}", { cwd: sources, exclude: ["**/*.spec.ts"] }).sort())(
  "%s lets what people wrote turn nothing around it",
  (file) => {
    expect(loose(readFileSync(join(sources, file), "utf8"))).toEqual([]);
  },
);

const sentenceOf = (...expressions: string[]) =>
  `\`${expressions.map((expression) => `\${${expression}}`).join(", ")}\``;

test("such places are found", () => {
  expect(loose("<h2>{event?.title}</h2>")).toHaveLength(1);
  expect(loose("<h2>\n  {withEvent ? event.title : seat}\n</h2>")).toHaveLength(1);
  expect(loose("<dd>{ticket.sellerName}</dd>")).toHaveLength(1);
  expect(loose(sentenceOf("event.venue", "event.city"))).toHaveLength(2);
  expect(loose('<PageHeader title={ticket.event?.title ?? ""} />')).toHaveLength(1);
  expect(loose("<bdi>{event?.title}</bdi> <h2>{texts.title}</h2>")).toEqual([]);
  expect(loose(sentenceOf("isolate(event.city)", "texts.soldBy(ticket.sellerName)"))).toEqual([]);
});
