import { expect, it } from "@jest/globals";
import { clientNetwork } from "./client-network.ts";

const of = (address: string) => clientNetwork(new Headers({ "x-client-address": address }));

it("a client is where the gateway saw it, whatever it claims to have been forwarded for", () => {
  const claims = { "x-forwarded-for": "203.0.113.9", "x-client-address": "192.0.2.7" };
  expect(clientNetwork(new Headers(claims))).toBe("192.0.2.7");
  expect(clientNetwork(new Headers({ "x-forwarded-for": "203.0.113.9" }))).toBe("direct");
  expect(clientNetwork(new Headers())).toBe("direct");
});

it.each([
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["2001:db8:1::", "2001:db8:1:0::/64"],
  ["::ffff:192.0.2.7", "::ffff:192.0.2.7"],
])("%s counts as %s: one subscriber has a whole network of IPv6", (address, network) => {
  expect(of(address)).toBe(network);
});
