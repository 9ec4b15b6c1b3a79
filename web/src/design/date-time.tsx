const dateTime = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
});
const zoned = new Intl.DateTimeFormat(undefined, {
  ...{ weekday: "short", day: "numeric", month: "short", year: "numeric" },
  ...{ hour: "numeric", minute: "2-digit", timeZoneName: "short" },
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

/** The reader's time zone, as the platform calls it: "Europe/London". */
export const timeZone = (): string => dateTime.resolvedOptions().timeZone;

/** An instant in the reader's time zone, which is named where it matters: `zone`. */
export function DateTime(props: { date: Date; zone?: boolean; className?: string | undefined }) {
  return (
    <time dateTime={props.date.toISOString()} className={props.className}>
      {(props.zone ? zoned : dateTime).format(props.date)}
    </time>
  );
}
