import { describe, expect, it } from "@jest/globals";
import { databaseUri } from "./mongo.ts";

describe("databaseUri", () => {
  it.each([
    ["mongodb://127.0.0.1:27017", "mongodb://127.0.0.1:27017/orders"],
    ["mongodb://127.0.0.1:27017/", "mongodb://127.0.0.1:27017/orders"],
    ["mongodb://a:1,b:2/?replicaSet=rs0", "mongodb://a:1,b:2/orders?replicaSet=rs0"],
    ["mongodb://a:1/shop", "mongodb://a:1/shop_orders"],
    ["mongodb://u:p@a:1/", "mongodb://u:p@a:1/orders?authSource=admin"],
    ["mongodb+srv://u:p@a/shop?w=1", "mongodb+srv://u:p@a/shop_orders?w=1&authSource=shop"],
    ["mongodb://u:p@a/shop?authSource=x", "mongodb://u:p@a/shop_orders?authSource=x"],
  ])("%s names the database orders as %s", (url, expected) => {
    expect(databaseUri(url, "orders")).toBe(expected);
  });

  it("refuses what is no connection string", () => {
    expect(() => databaseUri("http://localhost", "orders")).toThrow("mongodb://");
  });
});
