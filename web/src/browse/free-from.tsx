import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { formatTime } from "../format/format-date.ts";
import { browseTexts as texts } from "./texts.ts";

/** When the first of the held tickets may be free, by the reader's clock; nothing where none is held. */
export function FreeFrom({
  lockEnd,
  className,
}: {
  lockEnd: Timestamp | undefined;
  className?: string | undefined;
}) {
  if (!lockEnd) return null;
  return <p className={className}>{texts.freeFrom(formatTime(timestampDate(lockEnd)))}</p>;
}
