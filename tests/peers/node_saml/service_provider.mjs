// A service provider: @node-saml/node-saml (npm, by others) does all that a service does, told what to do line by line.
import readline from 'node:readline'
import { SAML } from '@node-saml/node-saml'

const known = new Map()

function provider (options) {
  const key = JSON.stringify(options)
  if (!known.has(key)) {
    known.set(key, new SAML({
      wantAssertionsSigned: true,
      wantAuthnResponseSigned: true,
      signatureAlgorithm: 'sha256',
      digestAlgorithm: 'sha256',
      identifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      validateInResponseTo: 'ifPresent',
      acceptedClockSkewMs: 1000,
      ...options
    }))
  }
  return known.get(key)
}

const query = (url) => Object.fromEntries(new URL(url).searchParams)

const acts = {
  async begin (saml, asked) {
    return { url: await saml.getAuthorizeUrlAsync(asked.relay_state ?? '', undefined, {}) }
  },
  async begin_by_form (saml, asked) {
    return { fields: await saml.getAuthorizeMessageAsync(asked.relay_state ?? '', undefined, {}) }
  },
  async finish (saml, asked) {
    return saml.validatePostResponseAsync({ SAMLResponse: asked.answer })
  },
  async leave (saml, asked) {
    return { url: await saml.getLogoutUrlAsync(asked.profile, 'left', {}) }
  },
  async told (saml, asked) { // at its end of sessions, by a redirect
    return saml.validateRedirectAsync(query(asked.url), new URL(asked.url).search.slice(1))
  },
  async answer (saml, asked) {
    return { url: await saml.getLogoutResponseUrlAsync(asked.profile, '', {}, true) }
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { act, options, ...asked } = JSON.parse(line)
  let answer
  try {
    answer = await acts[act](provider(options), asked)
  } catch (error) {
    answer = { error: error.message }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
