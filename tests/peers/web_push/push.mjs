// Web Push by others (npm `web-push`, `http_ece`), told what to do line by line.
import crypto from 'node:crypto'
import readline from 'node:readline'
import ece from 'http_ece'
import webpush from 'web-push'

const b64 = (text) => Buffer.from(text, 'base64url')

const acts = {
  browser () {
    const keys = crypto.createECDH('prime256v1')
    return { p256dh: keys.generateKeys('base64url'), private: keys.getPrivateKey('base64url') }
  },
  open (asked) {
    const privateKey = crypto.createECDH('prime256v1')
    privateKey.setPrivateKey(b64(asked.private))
    const said = ece.decrypt(b64(asked.body), { version: 'aes128gcm', privateKey, authSecret: asked.auth })
    return { said: said.toString() }
  },
  keys () {
    return webpush.generateVAPIDKeys()
  },
  send (asked) {
    const details = webpush.generateRequestDetails(
      { endpoint: asked.endpoint, keys: asked.keys },
      asked.said,
      {
        contentEncoding: 'aes128gcm',
        vapidDetails: { subject: 'mailto:pair@exemple.fr', ...asked.signer }
      }
    )
    return { headers: details.headers, body: details.body.toString('base64url') }
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const asked = JSON.parse(line)
  let answer
  try {
    answer = acts[asked.act](asked)
  } catch (error) {
    answer = { error: String(error.message) }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
})
