// oidc-provider set as FranceConnect's public settings are (github.com/france-connect/sources): pairwise
// subjects, code of 30 s, tokens of 60 s, a signed userinfo, `acr_values` and `state` asked for, no
// refresh token. There is no page: whoever comes is the person of the cookie `person`, or is refused.
import * as crypto from "node:crypto";
import http from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , port, given, folder] = process.argv;
const { clients, people, algorithm } = JSON.parse(given);
const require = createRequire(pathToFileURL(folder + "/"));
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));
const issuer = `http://127.0.0.1:${port}/api/v2`;

function key(kid) {
  const type = algorithm === "ES256" ? ["ec", { namedCurve: "P-256" }] : ["rsa", { modulusLength: 2048 }];
  const { privateKey } = crypto.generateKeyPairSync(...type);
  return { ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: algorithm };
}

// A signed userinfo is asked for by the client; the other algorithm is for HS256 clients, whose
// userinfo is signed all the same.
function provider(keys) {
  const made = new Provider(issuer, {
    jwks: { keys },
    clients: clients.map((client) => ({
      grant_types: ["authorization_code"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_post",
      subject_type: "pairwise",
      userinfo_signed_response_alg: algorithm,
      ...client,
    })),
    subjectTypes: ["pairwise"],
    pairwiseIdentifier: (ctx, accountId, client) =>
      crypto.createHash("sha256").update(`${client.clientId}|${accountId}`).digest("hex") + "v1",
    acrValues: ["eidas1"],
    claims: {
      openid: ["sub", "acr"],
      given_name: ["given_name"],
      family_name: ["family_name"],
      preferred_username: ["preferred_username"],
      birthdate: ["birthdate"],
    },
    scopes: ["openid"],
    conformIdTokenClaims: true,
    pkce: { required: () => false },
    ttl: { AuthorizationCode: 30, AccessToken: 60, IdToken: 60, Session: 1800, Interaction: 600, Grant: 1800 },
    routes: {
      authorization: "/authorize", token: "/token", userinfo: "/userinfo", jwks: "/jwks",
      end_session: "/session/end",
    },
    features: {
      devInteractions: { enabled: false },
      jwtUserinfo: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => { ctx.body = form; },
      },
    },
    enabledJWA: {
      idTokenSigningAlgValues: ["ES256", "RS256", "HS256"],
      userinfoSigningAlgValues: ["ES256", "RS256"],
    },
    cookies: { keys: ["only for tests"] },
    interactions: { url: (ctx, interaction) => `/api/v2/interaction/${interaction.uid}` },
    findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  });
  made.use(async (ctx, next) => {
    if (!ctx.path.startsWith("/interaction/")) return next();
    const { prompt, params } = await made.interactionDetails(ctx.req, ctx.res);
    const person = ctx.cookies.get("person", { signed: false });
    let result;
    if (!person) {
      result = { error: "access_denied", error_description: "User auth aborted" };
    } else if (prompt.name === "login") {
      result = { login: { accountId: person, acr: params.acr_values, remember: false } };
    } else {
      const grant = new made.Grant({ accountId: person, clientId: params.client_id });
      grant.addOIDCScope(params.scope);
      result = { consent: { grantId: await grant.save() } };
    }
    ctx.respond = false;
    await made.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
  });
  return made;
}

let keys = [key("first")];
let running = provider(keys).callback();
let fetched = 0;

http
  .createServer((req, res) => {
    if (req.url === "/rotate") {
      // New keys, the former ones gone: clients must ask again.
      keys = [key(`after-${Date.now()}`)];
      running = provider(keys).callback();
      res.end("rotated");
    } else if (req.url === "/fetched") {
      res.end(String(fetched));
    } else if (req.url.startsWith("/api/v2")) {
      if (req.url === "/api/v2/jwks") fetched += 1;
      req.originalUrl = req.url; // how oidc-provider knows that it is mounted
      req.url = req.url.slice("/api/v2".length) || "/";
      running(req, res);
    } else {
      res.statusCode = 404;
      res.end();
    }
  })
  .listen(Number(port), "127.0.0.1");
