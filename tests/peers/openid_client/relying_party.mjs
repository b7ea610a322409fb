// A relying party: openid-client (npm, by others) does all that a service does, told what to do line by line.
// Hosts of the test domain are this machine: nothing else of the network is changed.
import dns from 'node:dns'
import readline from 'node:readline'

const lookup = dns.lookup
dns.lookup = (host, options, callback) => {
  const done = typeof options === 'function' ? options : callback
  if (!host.endsWith('.socle.test')) return lookup(host, options, callback)
  const all = typeof options === 'object' && options.all
  return all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)
}
const client = await import('openid-client')
const known = new Map()

async function configuration ({ issuer, client_id: id, secret, method = 'basic' }) {
  const key = JSON.stringify([issuer, id, secret, method])
  if (!known.has(key)) {
    const authentication = method === 'basic' ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret)
    const options = { execute: [client.allowInsecureRequests] }
    const found = await client.discovery(new URL(issuer), id, undefined, authentication, options)
    client.enableNonRepudiationChecks(found) // signatures are verified, over a plain connection too
    known.set(key, found)
  }
  return known.get(key)
}

function imported (jwk) {
  return crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
}

const acts = {
  async discover (asked) {
    return (await configuration(asked)).serverMetadata()
  },
  async machine (asked) { // client credentials (RFC 6749, 4.4), with a secret or a key
    const authentication = asked.jwk
      ? client.PrivateKeyJwt({ key: await imported(asked.jwk), kid: asked.jwk.kid })
      : client.ClientSecretBasic(asked.secret)
    const options = { execute: [client.allowInsecureRequests], algorithm: 'oauth2' }
    const found = await client.discovery(new URL(asked.issuer), asked.client_id, undefined, authentication, options)
    const token = await client.clientCredentialsGrant(found, asked.parameters ?? {})
    return { token, server: found.serverMetadata() }
  },
  async begin (asked) {
    const found = await configuration(asked)
    const verifier = client.randomPKCECodeVerifier()
    const [state, nonce] = [client.randomState(), client.randomNonce()]
    const url = client.buildAuthorizationUrl(found, {
      redirect_uri: asked.redirect_uri,
      scope: 'openid profile',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...asked.more
    })
    return { url: url.href, verifier, state, nonce }
  },
  async finish (asked) {
    const tokens = await client.authorizationCodeGrant(await configuration(asked), new URL(asked.callback), {
      pkceCodeVerifier: asked.verifier,
      expectedState: asked.state,
      expectedNonce: asked.nonce,
      idTokenExpected: true
    })
    return { tokens, claims: tokens.claims() }
  },
  async person (asked) {
    return client.fetchUserInfo(await configuration(asked), asked.token, asked.sub)
  },
  async leave (asked) {
    const url = client.buildEndSessionUrl(await configuration(asked), {
      id_token_hint: asked.id_token,
      post_logout_redirect_uri: asked.back,
      state: 'left'
    })
    return { url: url.href }
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line)
  let answer
  try {
    answer = await acts[asked.act](asked)
  } catch (error) {
    answer = { error: error.error ?? error.code ?? error.message, cause: String(error.cause?.message ?? error.cause ?? '') }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
