import type { StripeElements, StripeError } from "@stripe/stripe-js";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "../design/button.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState, Notice, Problem } from "../design/states.tsx";
import { type Amount, formatMoney } from "../format/format-money.ts";
import { appearance, darkScheme } from "./appearance.ts";
import styles from "./checkout.module.css";
import { problemWords, checkoutTexts as texts } from "./texts.ts";
import type { PaymentInBrowser } from "./use-payment.ts";

/** Stripe's card fields and the button that pays. */
export function PaymentForm({ payment, price }: { payment: PaymentInBrowser; price: Amount | undefined }) {
  const { place, elements, shown, failure } = useElements(payment.ready);
  const problem = payment.paying ? undefined : (payment.problem ?? failure);
  if (payment.failure !== undefined) return <ErrorState error={payment.failure} onRetry={payment.retry} />;

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (elements) payment.pay(elements);
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate aria-label={texts.payment}>
      <h2>{texts.payment}</h2>
      {problem && <Problem about={problem} {...problemWords(problem)} />}
      {payment.intent?.status === "requires_action" && !payment.paying && (
        <Notice tone="warn" title={texts.questionTitle}>
          <p>{texts.questionText}</p>
          <Button look="secondary" onClick={payment.authenticate}>
            {texts.answer}
          </Button>
        </Notice>
      )}
      {!shown && <SkeletonList count={1} />}
      <div ref={place} className={styles.fields} />
      <Button type="submit" wide pending={payment.paying} disabled={!shown}>
        {payment.paying ? texts.paying : price && texts.pay(formatMoney(price))}
      </Button>
      <p className={styles.note}>{texts.payNote}</p>
    </form>
  );
}

/** Mounts Stripe's Payment Element for one payment at `place`, in the design of the page. */
function useElements(ready: PaymentInBrowser["ready"]) {
  const place = useRef<HTMLDivElement>(null);
  const [elements, setElements] = useState<StripeElements>();
  const [shown, setShown] = useState(false);
  const [failure, setFailure] = useState<StripeError>();
  const stripe = ready?.stripe;
  const clientSecret = ready?.clientSecret;
  useEffect(() => {
    if (!stripe || !clientSecret || !place.current) return;
    const made = stripe.elements({ clientSecret, appearance: appearance() });
    const element = made.create("payment");
    element.on("ready", () => setShown(true));
    element.on("loaderror", ({ error }) => setFailure(error));
    element.mount(place.current);
    setElements(made);
    const scheme = darkScheme();
    const restyle = () => made.update({ appearance: appearance() });
    scheme.addEventListener("change", restyle);
    return () => {
      scheme.removeEventListener("change", restyle);
      element.destroy();
      setShown(false);
    };
  }, [stripe, clientSecret]);
  return { place, elements, shown, failure };
}
