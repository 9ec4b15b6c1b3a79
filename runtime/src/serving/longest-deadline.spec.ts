import { expect, it } from "@jest/globals";
import { limitDeadline } from "./longest-deadline.ts";

function limited(headers: Record<string, string>) {
  limitDeadline(headers);
  return headers;
}

it.each([
  ["3600001", "3600000"],
  ["9999999999", "3600000"],
  ["99999999999", "3600000"],
  ["9".repeat(400), "3600000"],
  ["3600000", "3600000"],
  ["1000", "1000"],
  ["0", "0"],
  ["-1", "-1"],
  ["1e9", "1e9"],
  ["abc", "abc"],
])("Connect's deadline %s becomes %s", (given, expected) => {
  expect(limited({ "connect-timeout-ms": given })).toEqual({ "connect-timeout-ms": expected });
});

it.each([
  ["1H", "1H"],
  ["2H", "3600000m"],
  ["99999999H", "3600000m"],
  ["999999999H", "3600000m"],
  ["60M", "60M"],
  ["61M", "3600000m"],
  ["99999999M", "3600000m"],
  ["3600S", "3600S"],
  ["3601S", "3600000m"],
  ["99999999S", "3600000m"],
  ["3600001m", "3600000m"],
  ["99999999m", "3600000m"],
  ["99999999u", "99999999u"],
  ["99999999n", "99999999n"],
  ["9999999999u", "3600000m"],
  ["5", "none"],
  ["5h", "none"],
  ["-5H", "none"],
])("gRPC's deadline %s becomes %s", (given, expected) => {
  expect(limited({ "grpc-timeout": given })).toEqual({ "grpc-timeout": expected });
});

it("no deadline stays none", () => {
  expect(limited({ accept: "*/*" })).toEqual({ accept: "*/*" });
});
