import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// One fixed port: the application's callback, logout and web-origin URLs name it. `mfa-setup` reads it here.
export default defineConfig({
  plugins: [react()],
  server: { host: "localhost", port: 3000, strictPort: true },
  preview: { host: "localhost", port: 3000, strictPort: true },
});
