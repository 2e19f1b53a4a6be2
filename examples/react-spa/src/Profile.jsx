import { useAuth0 } from "@auth0/auth0-react";
import { useEffect, useState } from "react";

const TIMES = new Set(["exp", "iat", "auth_time"]);

function shown(name, value) {
  if (TIMES.has(name)) return `${value} (${new Date(value * 1000).toLocaleString()})`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The claims of the ID token, `null` until they are there. */
function useClaims() {
  const { getIdTokenClaims } = useAuth0();
  const [claims, setClaims] = useState(null);

  useEffect(() => {
    let current = true;
    getIdTokenClaims().then((found) => current && setClaims(found ?? {}));
    return () => {
      current = false;
    };
  }, [getIdTokenClaims]);

  return claims;
}

export default function Profile({ onLogout }) {
  const { user } = useAuth0();
  const claims = useClaims();
  if (!claims) return null;

  // Auth0 leaves `amr` out of a token that it renewed without asking the user again, as after a reload.
  const { __raw: raw, amr, ...others } = claims;
  return (
    <main>
      <h1>Hello, {user.name}</h1>
      <p role="status" className={amr?.includes("mfa") ? "badge proved" : "badge"}>
        {amr?.includes("mfa") ? "Logged in with a second factor" : "This token names no second factor"}
      </p>
      <h2>The ID token's claims</h2>
      <dl>
        {Object.entries({ amr: amr ?? "absent", ...others }).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd data-claim={name}>{shown(name, value)}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>The token itself</summary>
        <code className="token">{raw}</code>
      </details>
      <button type="button" onClick={onLogout}>
        Log out
      </button>
    </main>
  );
}
