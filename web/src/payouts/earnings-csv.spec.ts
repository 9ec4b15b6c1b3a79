import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "@jest/globals";
import { EarningHoldReason, EarningSchema, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { earningsCsv } from "./earnings-csv.ts";

const sold = timestampFromDate(new Date("2030-01-02T03:04:05Z"));
const paid = create(EarningSchema, {
  ...{ id: "o1", title: "Two seats", status: EarningStatus.TRANSFERRED, createTime: sold },
  ...{ price: { minorUnits: 4_509n, currency: "EUR" }, fee: 450n, net: 4_059n },
  ...{ releaseTime: sold, transferTime: sold, providerTransferId: "tr_1", kept: 1_000n },
});
const at = "2030-01-02T03:04:05.000Z";
const rowsOf = (csv: string) => csv.slice(1).split("\r\n");

describe("earnings as a table", () => {
  it("has a row for each, with exact amounts and times in UTC, and is read as UTF-8", () => {
    const csv = earningsCsv([paid]);
    expect(csv[0]).toBe("\ufeff");
    const [head = "", row = "", end] = rowsOf(csv);
    expect(head).toContain('"Price","Went back","Fee","You get","Owed","Kept","Currency"');
    const amounts = '"45.09","0.00","4.50","40.59","0.00","10.00","EUR"';
    expect(row).toBe(`"o1","Two seats","${at}","Paid out","",${amounts},"${at}","${at}","tr_1"`);
    expect(row.split(",").length).toBe(head.split(",").length);
    expect(end).toBe("");
  });

  it("says why an earning waits, and nothing of times that have not come", () => {
    const held = { ...paid, status: EarningStatus.HELD, holdReason: EarningHoldReason.ACCOUNT };
    const { transferTime: _, ...untransferred } = { ...held, providerTransferId: "" };
    const [, row] = rowsOf(earningsCsv([untransferred]));
    expect(row).toContain('"Waiting","It is paid out once you have set up your payouts."');
    expect(row).toMatch(/,"",""$/);
    const newer = { ...held, holdReason: 99 as EarningHoldReason };
    expect(rowsOf(earningsCsv([newer]))[1]).toContain('"Waiting","It is about to be paid out."');
  });

  it.each([
    ['=HYPERLINK("http://evil","x")', `"'=HYPERLINK(""http://evil"",""x"")"`],
    ["+1", `"'+1"`],
    ["@a", `"'@a"`],
    ["-1", `"'-1"`],
    ['a "b", c', '"a ""b"", c"'],
    ["Jazz = Life", '"Jazz = Life"'],
  ])("takes no title for a formula: %s", (title, cell) => {
    expect(earningsCsv([{ ...paid, title }])).toContain(`"o1",${cell},`);
  });
});
