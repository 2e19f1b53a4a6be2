import { Auth0Provider } from "@auth0/auth0-react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import App from "./App.jsx";
import "./style.css";

const domain = import.meta.env.VITE_AUTH0_DOMAIN;
const clientId = import.meta.env.VITE_AUTH0_CLIENT_ID;

function NotConfigured() {
  return (
    <main>
      <h1>Not configured yet</h1>
      <p role="alert">
        <code>.env.local</code> names no tenant. Run <code>mfa-setup init --app-dir .</code> in this folder.
      </p>
    </main>
  );
}

createRoot(document.getElementById("root")).render(
  <StrictMode>
    {domain && clientId ? (
      <Auth0Provider
        domain={domain}
        clientId={clientId}
        authorizationParams={{ redirect_uri: window.location.origin }}
      >
        <App />
      </Auth0Provider>
    ) : (
      <NotConfigured />
    )}
  </StrictMode>,
);
