// The API beside a sample: it takes access tokens of the tenant that the app's config file names.
import { readFileSync } from "node:fs";

import cors from "cors";
import express from "express";
import { auth } from "express-oauth2-jwt-bearer";

const [, , configFile, origin, port] = process.argv;
const { domain, audience: beside, authorizationParams } = JSON.parse(readFileSync(configFile, "utf8"));
const audience = beside ?? authorizationParams?.audience;

const app = express();
app.use(cors({ origin }));
app.get("/api/external", auth({ audience, issuerBaseURL: `https://${domain}` }), (_request, response) =>
  response.send({ msg: "Your access token was taken" }),
);
app.listen(Number(port), () => console.log("ready"));
