import { useAuth0 } from "@auth0/auth0-react";

import Profile from "./Profile.jsx";

export default function App() {
  const { error, isAuthenticated, isLoading, loginWithRedirect, logout } = useAuth0();

  if (isLoading) {
    return (
      <main aria-busy="true">
        <p role="status">One moment…</p>
      </main>
    );
  }
  if (isAuthenticated) {
    return <Profile onLogout={() => logout({ logoutParams: { returnTo: window.location.origin } })} />;
  }
  return (
    <main>
      <h1>Twilio MFA Test</h1>
      {error && (
        <p role="alert" className="error">
          The login failed: {error.message}
        </p>
      )}
      <p>Log in to see what the ID token says about you, and how you proved it.</p>
      <button type="button" onClick={() => loginWithRedirect()}>
        Log in
      </button>
    </main>
  );
}
