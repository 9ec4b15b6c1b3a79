/**
 * Stripe's own origins, for Stripe.js, its frames and its API (docs.stripe.com/security/guide#content-security-policy).
 */
const stripe = {
  script: "https://js.stripe.com https://*.js.stripe.com",
  frame: "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
  connect: "https://api.stripe.com",
};

/**
 * The headers of the page. It may load and run only our own files, and Stripe's where a payment needs them, and nobody
 * may frame it. Inline scripts and styles are refused. `stripeUrl` is the URL of a double, `filesUrl`
 * that of the origin with the tickets that are files: pages read them as bytes, and show them from their own memory
 * (`blob:`). The gateway adds the headers
 * against sniffing, referrers and framing.
 */
export function securityHeaders(
  publicUrl: string,
  { stripeUrl, filesUrl }: { stripeUrl?: string | undefined; filesUrl?: string | undefined } = {},
): Record<string, string> {
  const double = stripeUrl && new URL(stripeUrl).origin;
  const policy = {
    "default-src": "'none'",
    "script-src": `'self' ${double ?? stripe.script}`,
    "style-src": "'self'",
    "img-src": filesUrl ? "'self' blob:" : "'self'",
    "font-src": "'self'",
    "connect-src": ["'self'", double ?? stripe.connect, ...(filesUrl ? [new URL(filesUrl).origin] : [])].join(
      " ",
    ),
    "frame-src": double ?? stripe.frame,
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
  };
  const secure = new URL(publicUrl).protocol === "https:";
  return {
    "content-security-policy": Object.entries(policy)
      .map(([name, value]) => `${name} ${value}`)
      .join("; "),
    "cross-origin-opener-policy": "same-origin-allow-popups",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    ...(secure && { "strict-transport-security": "max-age=31536000; includeSubDomains" }),
  };
}
