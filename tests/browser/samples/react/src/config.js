import configJson from "./auth_config.json";

/** What the login needs; an audience only where the app has an API. */
export function getConfig() {
  const { domain, clientId, audience, apiOrigin = "http://localhost:3001" } = configJson;
  return { domain, clientId, apiOrigin, ...(audience ? { audience } : {}) };
}
