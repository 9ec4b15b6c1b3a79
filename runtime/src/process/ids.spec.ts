import { describe, expect, it } from "@jest/globals";
import { derivedId, newId } from "./ids.ts";

const requestId = "0192f0c0-1111-7222-8333-444455556666";

describe("ids", () => {
  it("are UUIDv7 and sort in the order in which they were made", () => {
    const ids = Array.from({ length: 1000 }, newId);
    expect(new Set(ids).size).toBe(1000);
    expect(ids.toSorted()).toEqual(ids);
    expect(ids[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it("derived from a repeated request are the same, however the request id is written", () => {
    expect(derivedId("user-1", requestId)).toBe(derivedId("user-1", requestId.toUpperCase()));
  });

  it("derived from one request id differ between users", () => {
    expect(derivedId("user-1", requestId)).not.toBe(derivedId("user-2", requestId));
  });

  it("derived today are the ones derived in every version, since documents are found by them", () => {
    expect(derivedId("user-1", requestId)).toBe("6743e51a-1bf8-5b21-ad15-c9f38c4212e4");
  });
});
