import { isIPv6 } from "node:net";

/** Set by the gateway, which replaces what a client sends under this name: the address that it trusts, one alone. */
const CLIENT_ADDRESS = "x-client-address";

/**
 * From where a call came, as the gateway saw it. Of IPv6 it is the network of one subscriber (the first 64 bits), in
 * which addresses cost nothing.
 */
export function clientNetwork(header: Pick<Headers, "get">): string {
  const address = header.get(CLIENT_ADDRESS);
  if (!address) return "direct";
  if (!isIPv6(address) || address.includes(".")) return address;
  // The URL parser writes an address in its shortest form (RFC 5952), so `::` stands for what is missing of 8 groups.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const [before, after] = [head, tail ?? ""].map((part) => part.split(":").filter(Boolean));
  const zeros = tail === undefined ? 0 : 8 - (before?.length ?? 0) - (after?.length ?? 0);
  const groups = [...(before ?? []), ...Array<string>(zeros).fill("0"), ...(after ?? [])];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
