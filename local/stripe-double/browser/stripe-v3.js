/**
 * What js.stripe.com/v3/ is to a page, as far as a payment form needs it: `window.Stripe` with Elements
 * (docs.stripe.com/js). The inputs live in the page itself and not in a frame: test cards only.
 * Styles are set through the DOM, so that a page's content security policy needs no exception for them.
 */
(() => {
  const origin = new URL(document.currentScript.src).origin;
  console.warn(`Stripe double: ${origin} stands in for Stripe. No money moves; use test cards only.`);

  const FIELDS = {
    number: { label: "Card number", placeholder: "4242 4242 4242 4242", autocomplete: "cc-number" },
    expiry: { label: "Expiration date", placeholder: "MM / YY", autocomplete: "cc-exp" },
    cvc: { label: "Security code", placeholder: "CVC", autocomplete: "cc-csc" },
  };
  const FIELDS_OF = {
    card: ["number", "expiry", "cvc"],
    payment: ["number", "expiry", "cvc"],
    cardNumber: ["number"],
    cardExpiry: ["expiry"],
    cardCvc: ["cvc"],
  };

  /** docs.stripe.com/js/elements_object/create_element: one element with its inputs and its events. */
  class Element {
    constructor(type, options = {}) {
      this._type = type;
      this._listeners = {};
      this._inputs = {};
      this._root = document.createElement("div");
      this._root.className = "StripeElement StripeElement--empty";
      this._root.dataset.stripeDouble = "true";
      Object.assign(this._root.style, { display: "grid", gap: "0.75rem", gridTemplateColumns: "1fr 1fr" });
      for (const name of FIELDS_OF[type]) this._root.append(this._field(name));
      if (type === "payment" || type === "card") {
        const note = document.createElement("small");
        note.textContent = "Stripe double: test cards only, no money moves.";
        note.style.gridColumn = "1 / -1";
        this._root.append(note);
      }
      this.update(options);
    }

    _field(name) {
      const { label: text, placeholder, autocomplete } = FIELDS[name];
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { placeholder, autocomplete, inputMode: "numeric", name: `stripe-${name}` });
      Object.assign(input.style, {
        display: "block",
        width: "100%",
        boxSizing: "border-box",
        font: "inherit",
        padding: "0.5rem",
      });
      Object.assign(label.style, { gridColumn: name === "number" ? "1 / -1" : "auto", minWidth: "0" });
      const words = document.createElement("span");
      words.textContent = text;
      label.append(words, input);
      input.addEventListener("input", () => this._changed());
      input.addEventListener("focus", () => this._emit("focus", { elementType: this._type }));
      input.addEventListener("blur", () => this._emit("blur", { elementType: this._type }));
      input.addEventListener("keydown", (event) => {
        if (event.key === "Escape") this._emit("escape", { elementType: this._type });
      });
      this._inputs[name] = input;
      return label;
    }

    /** docs.stripe.com/elements/appearance-api: the variables and rules that the double's few parts can follow. */
    _look({ variables = {}, rules = {} } = {}) {
      for (const input of Object.values(this._inputs)) {
        Object.assign(input.style, {
          background: variables.colorBackground ?? "",
          color: variables.colorText ?? "",
          borderRadius: variables.borderRadius ?? "",
          ...rules[".Input"],
        });
        Object.assign(input.previousElementSibling.style, rules[".Label"]);
      }
    }

    _changed() {
      const values = Object.values(this._inputs).map((input) => input.value.trim());
      const empty = values.every((value) => value === "");
      const error = this._error(false);
      const complete = values.every((value) => value !== "") && !this._error(true);
      this._root.classList.toggle("StripeElement--empty", empty);
      this._root.classList.toggle("StripeElement--complete", complete);
      this._root.classList.toggle("StripeElement--invalid", Boolean(error));
      const value = this._type === "payment" ? { type: "card" } : { postalCode: undefined };
      this._emit("change", { elementType: this._type, empty, complete, collapsed: false, error, value });
    }

    /** The first thing wrong: only in filled fields while typing, in all of them before paying (docs.stripe.com/error-codes#incomplete-number…). */
    _error(all) {
      const problem = (code, message) => ({ type: "validation_error", code, message });
      const { number, expiry, cvc } = this._inputs;
      const digits = number?.value.replace(/\D/g, "") ?? "";
      if (number && digits.length < 13 && all)
        return problem("incomplete_number", "Your card number is incomplete.");
      if (number && digits.length >= 13 && !passesLuhn(digits))
        return problem("invalid_number", "Your card number is invalid.");
      const date = expiry && readExpiry(expiry.value);
      if (expiry && !date && all)
        return problem("incomplete_expiry", "Your card's expiration date is incomplete.");
      if (date && new Date(date.year, date.month, 1) <= new Date()) {
        return problem("invalid_expiry_year_past", "Your card's expiration date is in the past.");
      }
      if (cvc && all && !/^\d{3,4}$/.test(cvc.value.trim()))
        return problem("incomplete_cvc", "Your card's security code is incomplete.");
      return undefined;
    }

    _emit(name, event) {
      for (const listener of [...(this._listeners[name] ?? [])]) listener(event);
    }

    /** @param {string | HTMLElement} target */
    mount(target) {
      const parent = typeof target === "string" ? document.querySelector(target) : target;
      if (!parent)
        throw new Error(
          `The selector you specified (${target}) applies to no DOM elements that are currently on the page.`,
        );
      parent.replaceChildren(this._root);
      setTimeout(() => this._emit("ready", { elementType: this._type }), 0);
      return this;
    }
    unmount() {
      this._root.remove();
      return this;
    }
    destroy() {
      this.unmount();
      this._destroyed?.();
      this._listeners = {};
      return this;
    }
    on(name, listener) {
      this._listeners[name] = [...(this._listeners[name] ?? []), listener];
      return this;
    }
    once(name, listener) {
      const wrapped = (event) => {
        this.off(name, wrapped);
        listener(event);
      };
      return this.on(name, wrapped);
    }
    off(name, listener) {
      this._listeners[name] = listener
        ? (this._listeners[name] ?? []).filter((each) => each !== listener)
        : [];
      return this;
    }
    addEventListener(name, listener) {
      return this.on(name, listener);
    }
    removeEventListener(name, listener) {
      return this.off(name, listener);
    }
    update(options = {}) {
      for (const input of Object.values(this._inputs)) input.disabled = Boolean(options.disabled);
      return this;
    }
    focus() {
      Object.values(this._inputs)[0]?.focus();
      return this;
    }
    blur() {
      for (const input of Object.values(this._inputs)) input.blur();
      return this;
    }
    clear() {
      for (const input of Object.values(this._inputs)) input.value = "";
      this._changed();
      return this;
    }
    collapse() {
      return this;
    }
  }

  /** docs.stripe.com/js/elements_object: the elements of one form. */
  class Elements {
    constructor(options = {}) {
      this._options = options;
      this._elements = new Map();
    }
    create(type, options) {
      if (!(type in FIELDS_OF))
        throw new Error(`The Stripe double has no element of type ${type}: use "payment" or "card".`);
      if (this._elements.has(type))
        throw new Error(`Can only create one Element of type ${type} through an Elements instance.`);
      const element = new Element(type, options);
      element._look(this._options.appearance);
      element._elements = this;
      element._destroyed = () => this._elements.delete(type);
      this._elements.set(type, element);
      return element;
    }
    getElement(type) {
      return this._elements.get(typeof type === "string" ? type : "") ?? null;
    }
    update(options) {
      Object.assign(this._options, options);
      for (const element of this._elements.values()) element._look(this._options.appearance);
    }
    /** docs.stripe.com/js/elements/submit: checks the fields. */
    async submit() {
      const error = this._error();
      return error ? { error } : { selectedPaymentMethod: "card" };
    }
    async fetchUpdates() {
      return {};
    }
    _error() {
      for (const element of this._elements.values()) {
        const error = element._error(true);
        if (error) return error;
      }
      return undefined;
    }
    /** The card as parameters of `payment_method_data`. */
    _card() {
      const inputs = Object.assign({}, ...[...this._elements.values()].map((element) => element._inputs));
      const date = readExpiry(inputs.expiry?.value ?? "") ?? { month: "", year: "" };
      return {
        type: "card",
        card: {
          number: (inputs.number?.value ?? "").replace(/\D/g, ""),
          exp_month: date.month,
          exp_year: date.year,
          cvc: inputs.cvc?.value.trim() ?? "",
        },
      };
    }
  }

  function passesLuhn(digits) {
    let sum = 0;
    [...digits].reverse().forEach((digit, index) => {
      const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    });
    return sum % 10 === 0;
  }

  /** "12 / 34", "12/2034" or "1234" as month and full year. */
  function readExpiry(text) {
    const [, month, year] = /^\s*(0[1-9]|1[0-2]|[1-9])\s*\/?\s*(\d{2}|\d{4})\s*$/.exec(text) ?? [];
    return month
      ? { month: Number(month), year: year.length === 2 ? 2000 + Number(year) : Number(year) }
      : undefined;
  }

  /** Nested parameters as the API takes them: `a[b]=c`. */
  function encode(parameters, form = new URLSearchParams(), prefix = "") {
    for (const [name, value] of Object.entries(parameters)) {
      if (value === undefined || value === null) continue;
      const key = prefix ? `${prefix}[${name}]` : name;
      if (typeof value === "object") encode(value, form, key);
      else form.append(key, String(value));
    }
    return form;
  }

  async function request(method, path, parameters) {
    const form = encode(parameters);
    try {
      const response = await fetch(`${origin}${path}${method === "GET" ? `?${form}` : ""}`, {
        method,
        credentials: "omit",
        ...(method === "GET" ? {} : { body: form }),
      });
      return await response.json();
    } catch {
      return {
        error: {
          type: "api_connection_error",
          message: "We could not reach Stripe. Check your connection and try again.",
        },
      };
    }
  }

  /** The 3-D Secure dialog (docs.stripe.com/testing#regulatory-cards); resolves once the customer has decided. */
  function authenticate(intent) {
    return new Promise((resolve) => {
      const dialog = document.createElement("dialog");
      dialog.setAttribute("aria-label", "3-D Secure test page");
      Object.assign(dialog.style, {
        maxWidth: "26rem",
        padding: "1.5rem",
        border: "0",
        borderRadius: "0.5rem",
      });
      const title = document.createElement("h2");
      title.textContent = "3-D Secure test page";
      const text = document.createElement("p");
      text.textContent = "Stripe double: no bank is asked. Choose what the customer does.";
      const choose = (label, outcome) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = label;
        Object.assign(button.style, { margin: "1rem 0.5rem 0 0", padding: "0.75rem" });
        button.addEventListener("click", async () => {
          dialog.close();
          dialog.remove();
          await request("POST", "/v3/authenticate", {
            payment_intent: intent.id,
            client_secret: intent.client_secret,
            outcome,
          });
          resolve();
        });
        return button;
      };
      dialog.addEventListener("cancel", (event) => event.preventDefault());
      dialog.append(
        title,
        text,
        choose("Complete authentication", "complete"),
        choose("Fail authentication", "fail"),
      );
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  /** docs.stripe.com/js: an instance for one publishable key. */
  class StripeInstance {
    constructor(key, options = {}) {
      if (typeof key !== "string" || !key.startsWith("pk_test_")) {
        throw new Error("The Stripe double takes a test publishable key (pk_test_…) only.");
      }
      this._key = key;
      this._options = options;
      this._apiKey = key;
    }
    elements(options) {
      return new Elements(options);
    }
    registerAppInfo() {}
    _registerWrapper() {}

    /** docs.stripe.com/js/payment_intents/retrieve_payment_intent */
    async retrievePaymentIntent(clientSecret) {
      return asResult(
        await request("GET", `/v1/payment_intents/${idOf(clientSecret)}`, {
          key: this._key,
          client_secret: clientSecret,
        }),
      );
    }

    /** docs.stripe.com/js/payment_intents/confirm_payment */
    async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = "always" }) {
      const secret = clientSecret ?? elements?._options.clientSecret;
      const { return_url: returnUrl, payment_method_data: data, ...parameters } = confirmParams;
      if (redirect === "always" && !returnUrl)
        throw new Error("stripe.confirmPayment(): expected confirmParams.return_url.");
      const error = elements?._error();
      if (error) return { error };
      const payment =
        elements && !parameters.payment_method
          ? { payment_method_data: { ...elements._card(), ...data } }
          : {};
      const result = await this._confirm(secret, { ...parameters, ...payment, return_url: returnUrl }, true);
      if (result.error || redirect === "if_required") return result;
      const target = new URL(returnUrl);
      target.searchParams.set("payment_intent", result.paymentIntent.id);
      target.searchParams.set("payment_intent_client_secret", secret);
      target.searchParams.set("redirect_status", "succeeded");
      window.location.assign(target);
      return new Promise(() => {});
    }

    /** docs.stripe.com/js/payment_intents/confirm_card_payment: an element, an id or nothing as payment method. */
    async confirmCardPayment(
      clientSecret,
      { payment_method: method, return_url: returnUrl } = {},
      { handleActions = true } = {},
    ) {
      if (method === undefined || typeof method === "string") {
        return this._confirm(clientSecret, { payment_method: method, return_url: returnUrl }, handleActions);
      }
      const { card, billing_details } = method;
      const error = card._elements._error();
      if (error) return { error };
      const data = { ...card._elements._card(), ...(billing_details ? { billing_details } : {}) };
      return this._confirm(clientSecret, { payment_method_data: data, return_url: returnUrl }, handleActions);
    }

    /** docs.stripe.com/js/payment_intents/handle_next_action */
    async handleNextAction({ clientSecret }) {
      const { paymentIntent, error } = await this.retrievePaymentIntent(clientSecret);
      return error ? { error } : this._act(paymentIntent, true);
    }
    handleCardAction(clientSecret) {
      return this.handleNextAction({ clientSecret });
    }

    /** docs.stripe.com/js/payment_methods/create_payment_method */
    async createPaymentMethod({ elements, card, billing_details }) {
      const source = elements ?? card?._elements;
      const error = source?._error();
      if (error) return { error };
      const answer = await request("POST", "/v1/payment_methods", {
        key: this._key,
        ...source?._card(),
        billing_details,
      });
      return answer.error ? { error: answer.error } : { paymentMethod: answer };
    }
    async createToken() {
      return {
        error: {
          type: "invalid_request_error",
          message: "The Stripe double makes no tokens: use payment methods.",
        },
      };
    }

    async _confirm(clientSecret, parameters, handleActions) {
      const answer = await request("POST", `/v1/payment_intents/${idOf(clientSecret)}/confirm`, {
        ...parameters,
        expected_payment_method_type: "card",
        use_stripe_sdk: true,
        key: this._key,
        client_secret: clientSecret,
      });
      return answer.error ? { error: answer.error } : this._act(answer, handleActions);
    }

    async _act(intent, handleActions) {
      if (intent.status !== "requires_action" || !handleActions) return { paymentIntent: intent };
      await authenticate(intent);
      const result = await this.retrievePaymentIntent(intent.client_secret);
      const failure =
        result.paymentIntent?.status === "requires_payment_method"
          ? result.paymentIntent.last_payment_error
          : undefined;
      return failure ? { error: { ...failure, payment_intent: result.paymentIntent } } : result;
    }
  }

  function asResult(answer) {
    return answer.error ? { error: answer.error } : { paymentIntent: answer };
  }

  function idOf(clientSecret) {
    const [id, secret] = String(clientSecret).split("_secret_");
    if (!secret)
      throw new Error("Invalid value for client secret: it should have the form <id>_secret_<secret>.");
    return id;
  }

  window.Stripe = Object.assign((key, options) => new StripeInstance(key, options), {
    version: 3,
    double: true,
  });
})();
