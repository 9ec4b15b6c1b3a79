import { formatDateTime, formatZonedDateTime } from "../format/format-date.ts";

/** An instant in the reader's time zone, which is named where it matters: `zone`. */
export function DateTime(props: { date: Date; zone?: boolean; className?: string | undefined }) {
  return (
    <time dateTime={props.date.toISOString()} className={props.className}>
      {(props.zone ? formatZonedDateTime : formatDateTime)(props.date)}
    </time>
  );
}
