import { TEST_CARDS } from "./test-cards.ts";

const cards = TEST_CARDS.map(
  ({ number, ids, authenticate, decline, dispute }) =>
    `<tr><td><code>${number}</code><td><code>${ids[0]}</code><td>${authenticate ? "3-D Secure, then " : ""}${
      decline ? `declined: ${decline.declineCode ?? decline.code}` : "succeeds"
    }${dispute ? ", then disputed" : ""}`,
).join("");

/** The page at /control: what the double holds, and its switches. */
export const CONTROL_PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Stripe double</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a1f36}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.3rem .6rem;text-align:left;vertical-align:top}
.banner{background:#fff4d6;border:1px solid #e3c15b;padding:.6rem 1rem;border-radius:.4rem}label{margin-right:1rem}
</style>
<h1>Stripe double</h1>
<p class="banner"><b>This is a double of Stripe for development and tests.</b> No money moves, no bank is asked. Use test cards only.</p>
<h2>Faults</h2>
<form id="add">
<label>Fault <select name="kind">${[
  "delay",
  "delay_response",
  "hang",
  "drop_request",
  "drop_response",
  "error_before",
  "saved_error_before",
  "error_after",
  "refuse",
  "reject",
  "webhook_delay",
  "webhook_duplicate",
  "webhook_reorder",
  "webhook_fail",
  "webhook_hold",
]
  .map((kind) => `<option>${kind}`)
  .join("")}</select></label>
<label>Operation or event type <input name="operation" value="*"></label>
<label>Times <input name="count" type="number" min="1" placeholder="always"></label>
<label>Milliseconds <input name="milliseconds" type="number" min="0" value="1000"></label>
<button>Switch on</button> <button type="button" id="clear">Switch all off</button> <button type="button" id="release">Release webhooks</button>
</form>
<table><thead><tr><th>Fault<th>Operation<th>Left</thead><tbody id="faults"></tbody></table>
<h2>Payments</h2>
<table><thead><tr><th>PaymentIntent<th>Amount<th>Status<th>Metadata<th></thead><tbody id="intents"></tbody></table>
<h2>Events</h2>
<table><thead><tr><th>Event<th>Type<th>Object<th>Delivery</thead><tbody id="events"></tbody></table>
<h2>Test cards</h2>
<table><thead><tr><th>Number<th>Test id<th>What happens</thead><tbody>${cards}</tbody></table>
<script>
const send = (method, path, body) => fetch("/control/" + path, { method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body) }).then(show);
const row = (...cells) => { const tr = document.createElement("tr"); for (const cell of cells) { const td = document.createElement("td"); td.append(cell ?? ""); tr.append(td); } return tr; };
const button = (text, act) => { const b = document.createElement("button"); b.textContent = text; b.onclick = act; return b; };
async function show() {
  const state = await (await fetch("/control/state")).json();
  faults.replaceChildren(...state.faults.map(f => row(f.kind, f.operation, String(f.count ?? "always"))));
  intents.replaceChildren(...state.payment_intents.reverse().slice(0, 50).map(p => row(p.id, (p.amount / 100).toFixed(2) + " " + p.currency, p.status, JSON.stringify(p.metadata),
    p.status === "succeeded" ? button("Dispute", () => send("POST", "disputes", { payment_intent: p.id })) :
    p.status === "requires_capture" ? button("Let authorisation lapse", () => send("POST", "authorizations/expire", { payment_intent: p.id })) : "")));
  events.replaceChildren(...state.events.reverse().slice(0, 100).map(e => row(e.id, e.type, e.object, (e.pending_webhooks ? "pending" : "delivered") + " · " + (e.attempts ?? 0) + " attempts · " + (e.lastStatus ?? ""))));
}
const [faults, intents, events] = ["faults", "intents", "events"].map(id => document.getElementById(id));
document.getElementById("add").onsubmit = (event) => { event.preventDefault(); const data = new FormData(event.target);
  send("POST", "faults", { kind: data.get("kind"), operation: data.get("operation"), milliseconds: Number(data.get("milliseconds")), ...(data.get("count") ? { count: Number(data.get("count")) } : {}) }); };
document.getElementById("clear").onclick = () => send("DELETE", "faults");
document.getElementById("release").onclick = () => send("POST", "webhooks/release");
show(); setInterval(show, 3000);
</script></html>
`;
