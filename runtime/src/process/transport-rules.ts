/** MongoDB's options that stop the check of a server's certificate (https://www.mongodb.com/docs/manual/reference/connection-string-options/#tls-options). */
const UNCHECKED = ["tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames"];

/**
 * Why variables that were read do not fit the choice of TLS: with TLS_DIR nothing that it vouches for is called in
 * plain text, and without it nothing is called by TLS that would not be checked. Each fault names its variable and no
 * value.
 */
export function transportFaults(values: Readonly<Record<string, unknown>>): string[] {
  const secured = values.TLS_DIR !== undefined;
  return Object.entries(values).flatMap(([name, value]) =>
    typeof value === "string" ? faultsOf(name, value, secured).map((fault) => `${name}: ${fault}`) : [],
  );
}

function faultsOf(name: string, value: string, secured: boolean): string[] {
  const [scheme] = value.split("://", 1);
  switch (scheme?.toLowerCase()) {
    case "nats":
      return secured ? ["must be tls:// while TLS_DIR is set"] : [];
    case "tls":
      return secured ? [] : ["needs TLS_DIR, whose ca.crt vouches for the broker"];
    case "http":
      return secured && name === "JWKS_URL" ? ["must be https:// while TLS_DIR is set"] : [];
    case "mongodb":
    case "mongodb+srv":
      return databaseFaults(value, secured);
    default:
      return [];
  }
}

function databaseFaults(uri: string, secured: boolean): string[] {
  const options = [...new URLSearchParams(uri.slice(uri.indexOf("?") + 1))].map(
    ([option, value]) => [option.toLowerCase(), value.toLowerCase()] as const,
  );
  const faults: string[] = [];
  if (options.some(([option, value]) => UNCHECKED.includes(option) && value !== "false"))
    faults.push("must not stop the check of the database's certificate");
  if (
    secured &&
    options.some(([option, value]) => (option === "tls" || option === "ssl") && value !== "true")
  )
    faults.push("must not switch TLS off while TLS_DIR is set");
  return faults;
}
