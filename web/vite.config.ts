import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { budget } from "./build/budget.ts";
import { compressed } from "./build/compressed.ts";
import { serviceWorker } from "./build/service-worker.ts";

/** What a visitor downloads before the first screen is drawn, in bytes after gzip. */
const ENTRY_BUDGET = 120_000;

export default defineConfig({
  plugins: [react(), serviceWorker("src/offline/service-worker.ts"), compressed(), budget(ENTRY_BUDGET)],
  build: {
    target: "es2022",
    // Inlined assets would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // `npm run dev -w web` beside a running mesh: the API through the gateway, so that cookies work.
  server: {
    port: 5173,
    proxy: {
      "^/ticketing\\.": {
        target: process.env.GATEWAY ?? "http://localhost:8080",
        changeOrigin: true,
        headers: { origin: process.env.GATEWAY ?? "http://localhost:8080" },
      },
    },
  },
});
