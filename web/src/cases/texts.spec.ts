import { expect, it } from "@jest/globals";
import { CaseRuling } from "@ticketing/proto/cases/v1/case";
import { decisionName } from "../operations/case-texts.ts";
import { rulingText } from "./texts.ts";

const price = { minorUnits: 4_500n, currency: "EUR" };

it("says to both sides and to operators how much of the price goes back, where a part does", () => {
  const part = { ruling: CaseRuling.PART_REFUND, refundAmount: 1_250n };
  for (const side of ["buyer", "seller"] as const) expect(rulingText(side, part, price)).toContain("€12.50");
  expect(decisionName(part, price)).toBe("Refund a part, €12.50");
  const whole = { ruling: CaseRuling.REFUND, refundAmount: 0n };
  expect(rulingText("buyer", whole, price)).toBe("You get your money back.");
  expect(decisionName(whole, price)).toBe("Refund the buyer");
});
