import { createAuth0 } from "@auth0/auth0-vue";
import { createApp } from "vue";

import authConfig from "../auth_config.json";
import App from "./App.vue";

createApp(App)
  .use(
    createAuth0({
      domain: authConfig.domain,
      clientId: authConfig.clientId,
      authorizationParams: {
        redirect_uri: window.location.origin,
        ...(authConfig.audience && { audience: authConfig.audience }),
      },
    }),
  )
  .mount("#app");
