import { config as readConfig } from "./config.ts";
import { startStripeDouble } from "./server.ts";

const config = readConfig();
const double = await startStripeDouble({
  host: config.HOST,
  port: config.PORT,
  secretKey: config.STRIPE_SECRET_KEY,
  publishableKey: config.STRIPE_PUBLISHABLE_KEY,
  webhookSecret: config.STRIPE_WEBHOOK_SECRET,
  webhookUrl: config.STRIPE_WEBHOOK_URL,
  connectWebhookUrl: config.STRIPE_CONNECT_WEBHOOK_URL,
  connectWebhookSecret: config.STRIPE_CONNECT_WEBHOOK_SECRET,
  restrictedKey: config.STRIPE_PAYOUTS_SECRET_KEY,
  webhookEvents: config.STRIPE_WEBHOOK_EVENTS,
  stateFile: config.STATE_FILE,
});
console.log(`Stripe double (no money moves) on ${double.url}, controls on ${double.url}/control`);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    void double.close();
  });
}
