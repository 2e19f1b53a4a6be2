import config from '../../auth_config.json';

const { domain, clientId, authorizationParams, apiUri, errorPath } = config as {
  domain: string;
  clientId: string;
  authorizationParams: { audience?: string };
  apiUri: string;
  errorPath: string;
};

export const environment = {
  production: false,
  auth: {
    domain,
    clientId,
    authorizationParams: { redirect_uri: window.location.origin, audience: undefined, ...authorizationParams },
    errorPath,
  },
  apiUri,
};
