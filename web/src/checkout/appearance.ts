import type { Appearance } from "@stripe/stripe-js";

/**
 * Our design in the terms of Stripe's appearance API (docs.stripe.com/elements/appearance-api). Stripe's fields may be
 * in a frame, where our custom properties do not apply, so their values are passed.
 */
export function appearance(): Appearance {
  const root = getComputedStyle(document.documentElement);
  const token = (name: string) => root.getPropertyValue(`--${name}`).trim();
  return {
    theme: darkScheme().matches ? "night" : "stripe",
    labels: "above",
    variables: {
      colorPrimary: token("accent"),
      colorBackground: token("raised"),
      colorText: token("ink"),
      colorTextSecondary: token("ink-soft"),
      colorTextPlaceholder: token("ink-soft"),
      colorDanger: token("bad"),
      fontFamily: token("font"),
      borderRadius: token("radius-s"),
    },
    rules: {
      ".Input": { border: `1px solid ${token("line-strong")}`, boxShadow: "none", padding: "0.7rem 0.75rem" },
      ".Label": { fontSize: token("text-s"), fontWeight: "600" },
    },
  };
}

/** Whether the page is dark, and when that changes. */
export const darkScheme = (): MediaQueryList => matchMedia("(prefers-color-scheme: dark)");
