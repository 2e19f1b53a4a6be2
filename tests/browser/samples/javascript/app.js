import { createAuth0Client } from "@auth0/auth0-spa-js";

const element = (id) => document.getElementById(id);
const here = window.location.origin;

async function start() {
  const { domain, clientId, audience } = await (await fetch("auth_config.json")).json();
  const params = { redirect_uri: here, ...(audience && { audience }) };
  const client = await createAuth0Client({ domain, clientId, authorizationParams: params });

  element("login").addEventListener("click", () => client.loginWithRedirect());
  element("logout").addEventListener("click", () => client.logout({ logoutParams: { returnTo: here } }));
  element("api").addEventListener("click", async () => {
    const headers = { Authorization: `Bearer ${await client.getTokenSilently()}` };
    const answer = await fetch("http://localhost:3001/api/external", { headers });
    element("answer").textContent = (await answer.json()).msg;
  });

  if (window.location.search.includes("state=")) {
    await client.handleRedirectCallback();
    window.history.replaceState({}, "", "/");
  }
  const claims = await client.getIdTokenClaims();
  element("login").hidden = Boolean(claims);
  element("logout").hidden = !claims;
  element("api").hidden = !claims || !audience;
  for (const name of claims ? ["amr", "email", "iss"] : []) {
    const line = document.createElement("p");
    line.dataset.claim = name;
    line.textContent = typeof claims[name] === "string" ? claims[name] : JSON.stringify(claims[name]);
    element("claims").append(line);
  }
}

start();
