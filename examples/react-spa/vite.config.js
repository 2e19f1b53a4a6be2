import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// One fixed port: the application's callback, logout and web-origin URLs name it.
const server = { host: "localhost", port: 3000, strictPort: true };

export default defineConfig({ plugins: [react()], server, preview: server });
