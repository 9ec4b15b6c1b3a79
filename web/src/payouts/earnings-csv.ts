import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { type Earning, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { formatDateTime } from "../format/format-date.ts";
import { csvColumns, earningStatusNames, holdText } from "./texts.ts";

/**
 * The earnings as a table for spreadsheets: RFC 4180, amounts with a point, times in UTC. Begins with a byte order mark,
 * by which spreadsheets read it as UTF-8.
 */
export function earningsCsv(earnings: readonly Earning[]): string {
  const lines = [csvColumns, ...earnings.map(cellsOf)];
  return `\ufeff${lines.map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("")}`;
}

function cellsOf(earning: Earning): readonly string[] {
  const { price, releaseTime } = earning;
  const held = earning.status === EarningStatus.HELD || earning.status === EarningStatus.RELEASED;
  const at = releaseTime ? formatDateTime(timestampDate(releaseTime)) : "";
  return [
    earning.id,
    asText(earning.title),
    time(earning.createTime),
    earningStatusNames[earning.status],
    held ? holdText(earning.holdReason, at) : "",
    decimal(price?.minorUnits ?? 0n),
    decimal(earning.amountRefunded),
    decimal(earning.fee),
    decimal(earning.net),
    decimal(earning.owed),
    decimal(earning.kept),
    price?.currency ?? "",
    time(releaseTime),
    time(earning.transferTime),
    earning.providerTransferId,
  ];
}

const time = (at: Timestamp | undefined): string => (at ? timestampDate(at).toISOString() : "");

/** "45.50": every currency of the contracts has two decimals. */
const decimal = (minorUnits: bigint): string => {
  const digits = minorUnits.toString().padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/**
 * What a person wrote, so that no spreadsheet takes it for a formula.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const asText = (written: string): string => (/^[=+\-@\t\r＝＋－＠]/.test(written) ? `'${written}` : written);

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
