const plural = new Intl.PluralRules("en");
const count = (value: number, one: string, other: string) =>
  `${value} ${plural.select(value) === "one" ? one : other}`;

/** The words of the design system. */
export const designTexts = {
  retry: "Try again",
  loading: "Loading",
  requestId: (id: string) => `Number: ${id}`,
  more: "Show more",
  loadingMore: "Loading more",
  close: "Close",
  messages: "Messages",
  duration: (ms: number) =>
    ms >= 60_000
      ? count(Math.round(ms / 60_000), "minute", "minutes")
      : count(Math.round(ms / 1000), "second", "seconds"),
};
