import { useAuth0 } from "@auth0/auth0-react";
import { useEffect, useState } from "react";

import { getConfig } from "./config";

const { apiOrigin, audience } = getConfig();

export default function App() {
  const { getAccessTokenSilently, getIdTokenClaims, isAuthenticated, isLoading, loginWithRedirect, logout } = useAuth0();
  const [claims, setClaims] = useState(null);
  const [answer, setAnswer] = useState("");

  useEffect(() => {
    if (isAuthenticated) getIdTokenClaims().then(setClaims);
  }, [isAuthenticated, getIdTokenClaims]);

  async function callApi() {
    const headers = { Authorization: `Bearer ${await getAccessTokenSilently()}` };
    const response = await fetch(`${apiOrigin}/api/external`, { headers });
    setAnswer((await response.json()).msg);
  }

  if (isLoading) return <p>One moment…</p>;
  if (!claims) return <button onClick={() => loginWithRedirect()}>Log in</button>;
  return (
    <main>
      {["amr", "email", "iss"].map((name) => (
        <p key={name} data-claim={name}>
          {typeof claims[name] === "string" ? claims[name] : JSON.stringify(claims[name])}
        </p>
      ))}
      {audience && <button onClick={callApi}>Ping API</button>}
      <p role="status">{answer}</p>
      <button onClick={() => logout({ logoutParams: { returnTo: window.location.origin } })}>Log out</button>
    </main>
  );
}
