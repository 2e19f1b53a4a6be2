import { useAuth0 } from "@auth0/auth0-react";
import { useEffect, useState } from "react";

export default function App() {
  const { getIdTokenClaims, isAuthenticated, isLoading, loginWithRedirect, logout } = useAuth0();
  const [claims, setClaims] = useState(null);

  useEffect(() => {
    if (isAuthenticated) getIdTokenClaims().then(setClaims);
  }, [isAuthenticated, getIdTokenClaims]);

  if (isLoading) return <p>One moment…</p>;
  if (!claims) return <button onClick={() => loginWithRedirect()}>Log in</button>;
  return (
    <main>
      {["amr", "email", "iss"].map((name) => (
        <p key={name} data-claim={name}>
          {typeof claims[name] === "string" ? claims[name] : JSON.stringify(claims[name])}
        </p>
      ))}
      <button onClick={() => logout({ logoutParams: { returnTo: window.location.origin } })}>Log out</button>
    </main>
  );
}
