import { Auth0Provider } from "@auth0/auth0-react";
import { createRoot } from "react-dom/client";

import App from "./App.jsx";
import { getConfig } from "./config";

const { domain, clientId, audience } = getConfig();
const params = { redirect_uri: window.location.origin, ...(audience && { audience }) };

createRoot(document.getElementById("root")).render(
  <Auth0Provider domain={domain} clientId={clientId} authorizationParams={params}>
    <App />
  </Auth0Provider>,
);
