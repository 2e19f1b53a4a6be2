import { createAuth0Client } from "@auth0/auth0-spa-js";

const here = window.location.origin;
const element = (id) => document.getElementById(id);

/** Shows one section, and hides that the page is loading. */
function show(id) {
  for (const other of ["waiting", "welcome", "profile"]) element(other).hidden = other !== id;
}

function fail(message) {
  element("error").textContent = message;
  element("error").hidden = false;
}

async function configuration() {
  const answer = await fetch("auth_config.json", { cache: "no-store" });
  if (!answer.ok) throw new Error("There is no auth_config.json. Run `mfa-setup init --app-dir .` in this folder.");
  return answer.json();
}

/** Finishes a login: Auth0 has sent the browser back with a code, or with an error. */
async function finishLogin(client) {
  const query = new URLSearchParams(window.location.search);
  if (!query.has("state") || !(query.has("code") || query.has("error"))) return;
  window.history.replaceState({}, "", window.location.pathname);
  await client.handleRedirectCallback(`${here}/?${query}`);
}

function showProfile({ __raw: _raw, amr, ...others }) {
  const proved = amr?.includes("mfa");
  element("name").textContent = others.name ?? others.sub;
  element("factor").textContent = proved ? "Logged in with a second factor" : "This token names no second factor";
  element("factor").classList.toggle("proved", proved === true);
  for (const [name, value] of Object.entries({ amr: amr ?? "absent", ...others })) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const detail = document.createElement("dd");
    term.textContent = name;
    detail.textContent = typeof value === "object" ? JSON.stringify(value) : value;
    detail.dataset.claim = name;
    row.append(term, detail);
    element("claims").append(row);
  }
  show("profile");
}

async function start() {
  const { domain, clientId } = await configuration();
  const client = await createAuth0Client({ domain, clientId, authorizationParams: { redirect_uri: here } });
  element("login").addEventListener("click", () => client.loginWithRedirect());
  element("logout").addEventListener("click", () => client.logout({ logoutParams: { returnTo: here } }));
  try {
    await finishLogin(client);
  } catch (error) {
    fail(`The login failed: ${error.message}`);
  }
  const claims = await client.getIdTokenClaims();
  if (claims) showProfile(claims);
  else show("welcome");
}

start().catch((error) => {
  show("none");
  fail(error.message);
});
