import { createHmac } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { newSecretKey, secretKeys } from "@ticketing/runtime/process/secret-keys";
import { createPageTokens } from "./page-token.ts";

const [old, current, next] = [newSecretKey(), newSecretKey(), newSecretKey()];
const replica = (...keys: string[]) => createPageTokens(secretKeys.parse(keys.join(",")));
const end = {
  position: { currency: "EUR", key: 500, id: "ticket" },
  mark: { created: "2030-01-01T00:00:00Z", sequence: 10 },
};
const reasonOfDecoding = (token: string, of = "search", tokens = replica(current)) => {
  try {
    return tokens.decode(token, of);
  } catch (error) {
    return reasonOf(error);
  }
};

describe("page tokens", () => {
  it("say where the page ended, to every replica with the key", () => {
    const token = replica(current).encode(end, "search");
    expect(replica(current).decode(token, "search")).toEqual(end);
    expect(replica(current).decode("", "search")).toBeUndefined();
    expect(reasonOfDecoding(token, "another search")).toBe("BAD_PAGE_TOKEN");
  });

  it("are good for the replicas that are restarted with other keys, and for those that are yet to be", () => {
    const [before, after] = [replica(old, current), replica(current, next, old)];
    expect(after.decode(before.encode(end, "search"), "search")).toEqual(end);
    expect(before.decode(after.encode(end, "search"), "search")).toEqual(end);
    expect(reasonOfDecoding(replica(old).encode(end, "search"))).toBe("BAD_PAGE_TOKEN");
  });

  it("are refused where their position was made up, so that no call waits for it", () => {
    const bytes = Buffer.from(replica(current).encode(end, "search"), "base64url");
    const content = { ...JSON.parse(bytes.subarray(32).toString()) };
    content.mark.sequence = Number.MAX_SAFE_INTEGER;
    const madeUp = Buffer.from(JSON.stringify(content));
    for (const signature of [bytes.subarray(0, 32), Buffer.alloc(32), Buffer.alloc(0)]) {
      const token = Buffer.concat([signature, madeUp]).toString("base64url");
      expect(reasonOfDecoding(token)).toBe("BAD_PAGE_TOKEN");
    }
  });

  it("of another form are refused, whoever has signed them", () => {
    const key = [...secretKeys.parse(current).values()][0] ?? "";
    for (const text of ['{"of":"search"}', "null"]) {
      const signature = createHmac("sha256", key).update(text).digest();
      const token = Buffer.concat([signature, Buffer.from(text)]).toString("base64url");
      expect(reasonOfDecoding(token)).toBe("BAD_PAGE_TOKEN");
    }
  });
});
