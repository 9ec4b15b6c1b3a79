import { createHash, createHmac } from "node:crypto";

/** What a request says of who signed it, by its headers or in its URL. */
export interface Signed {
  accessKeyId: string;
  /** Such as `20300101/us-east-1/s3/aws4_request`. */
  scope: string;
  /** Such as `20300101T000000Z`. */
  date: string;
  signedHeaders: string[];
  signature: string;
  payloadHash: string;
}

/** What was signed of a request, as it came. */
export interface SignedRequest {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/**
 * The signature that a request has to have, by Amazon's own description of it and none of its code:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html.
 */
export function signatureOf(
  { method, url, headers }: SignedRequest,
  signed: Signed,
  secretAccessKey: string,
): string {
  const query = url.search
    .slice(1)
    .split("&")
    .filter((pair) => pair !== "" && !pair.startsWith("X-Amz-Signature="))
    .map((pair) => (pair.includes("=") ? pair : `${pair}=`))
    .sort()
    .join("&");
  const values = signed.signedHeaders
    .map((name) => `${name}:${String(headers[name] ?? "").trim()}\n`)
    .join("");
  const canonical = [method, url.pathname, query, values, signed.signedHeaders.join(";"), signed.payloadHash];
  const text = ["AWS4-HMAC-SHA256", signed.date, signed.scope, sha256(canonical.join("\n"))].join("\n");
  const key = signed.scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return hmac(key, text).toString("hex");
}

/** What a request says by its header; undefined for one that says nothing. */
export function signedByHeader({ headers }: SignedRequest): Signed | undefined {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(
      String(headers.authorization ?? ""),
    );
  if (!found) return undefined;
  const [, accessKeyId = "", scope = "", names = "", signature = ""] = found;
  return {
    ...{ accessKeyId, scope, signature, signedHeaders: names.split(";") },
    date: String(headers["x-amz-date"] ?? ""),
    payloadHash: String(headers["x-amz-content-sha256"] ?? ""),
  };
}

/** What a request says by its URL, and when that begins and ends; undefined for one that says nothing. */
export function signedByUrl({ url }: SignedRequest): (Signed & { from: Date; until: Date }) | undefined {
  const value = (name: string) => url.searchParams.get(`X-Amz-${name}`) ?? "";
  if (value("Algorithm") !== "AWS4-HMAC-SHA256") return undefined;
  const [accessKeyId = "", ...scope] = value("Credential").split("/");
  const date = value("Date");
  const from = new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  return {
    ...{ accessKeyId, scope: scope.join("/"), date, signature: value("Signature"), from },
    signedHeaders: value("SignedHeaders").split(";"),
    payloadHash: "UNSIGNED-PAYLOAD",
    until: new Date(from.getTime() + Number(value("Expires")) * 1_000),
  };
}
