/** First and last day of a search, as an address has them: `2026-12-31`. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** Spans of days that people look for often. */
export const spanNames = ["today", "weekend", "nextMonth"] as const;
export type SpanName = (typeof spanNames)[number];

/** The days of a span, by the calendar that a reader has on `today`. A weekend is from Friday, or what is left of it. */
export function daysOf(span: SpanName, today: Date): Days {
  const [year, month, date] = [today.getFullYear(), today.getMonth(), today.getDate()];
  const day = (days: number) => isoDay(new Date(year, month, date + days));
  switch (span) {
    case "today":
      return { from: day(0), to: day(0) };
    case "weekend": {
      const untilSunday = (7 - today.getDay()) % 7;
      return { from: day(Math.max(0, untilSunday - 2)), to: day(untilSunday) };
    }
    case "nextMonth":
      return { from: isoDay(new Date(year, month + 1, 1)), to: isoDay(new Date(year, month + 2, 0)) };
  }
}

/** The span that a search is for, if it is one of those. */
export const spanOf = (from: string | undefined, to: string | undefined, today: Date): SpanName | undefined =>
  spanNames.find((span) => {
    const days = daysOf(span, today);
    return days.from === from && days.to === to;
  });

const two = (value: number) => String(value).padStart(2, "0");
const isoDay = (date: Date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
