import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm run dev:web` finds the API; another place: `SERIN_SERVER=http://127.0.0.1:PORT`. */
const server = process.env["SERIN_SERVER"] ?? "http://127.0.0.1:7707";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: "../dist/web", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { host: "127.0.0.1", proxy: { "/api": server, "/login": server } },
});
