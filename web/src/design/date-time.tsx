const dateTime = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
});
const day = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});
const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });

/** "Sat, 19 Dec 2026, 20:00" */
export const formatDateTime = (date: Date): string => dateTime.format(date);
/** "Sat, 19 Dec 2026" */
export const formatDay = (date: Date): string => day.format(date);
/** "20:00:07" */
export const formatTimeOfDay = (date: Date): string => timeOfDay.format(date);
/** "20:00" */
export const formatTime = (date: Date): string => time.format(date);

/** An instant in the reader's time zone. */
export function DateTime({ date, className }: { date: Date; className?: string | undefined }) {
  return (
    <time dateTime={date.toISOString()} className={className}>
      {formatDateTime(date)}
    </time>
  );
}
