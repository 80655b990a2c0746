import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { signatureHeaders } from '../../src/webhooks/signature.ts'
import { makeFolder } from '../store/fixture.ts'

const EVENT = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampS: 1_614_265_330,
  body: '{"test": 2432232314}',
}
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

test('the headers are those of Standard Webhooks', () => {
  expect(signatureHeaders(SECRET, EVENT)).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test.each([
  [SECRET, 'a secret in base64'],
  ['correct horse battery staple', 'a plain secret'],
])('its own library signs %j alike', (secret) => {
  const library = secret.startsWith('whsec_')
    ? new Webhook(secret)
    : new Webhook(secret, { format: 'raw' })
  for (const body of ['{}', '{"said":"Olá, 你好 👩‍⚕️"}']) {
    const event = { ...EVENT, body }
    expect(signatureHeaders(secret, event)['webhook-signature'])
      .toBe(library.sign(EVENT.id, new Date(EVENT.timestampS * 1_000), body))
  }
})

test('its own library takes what was signed now', () => {
  const timestampS = Math.floor(Date.now() / 1000)
  const headers = signatureHeaders(SECRET, { ...EVENT, timestampS })
  expect(new Webhook(SECRET).verify(EVENT.body, headers)).toEqual({ test: 2_432_232_314 })
})

test('the example of docs/webhooks.md takes what is signed, and nothing else', async () => {
  const docs = await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8')
  const [, code] = docs.match(/```js\n([^`]*(?:`[^`]+`[^`]*)*?)\n```/) ?? []
  const path = join(await makeFolder(), 'example.mjs')
  await writeFile(path, code ?? '')
  const module: unknown = await import(/* @vite-ignore */ pathToFileURL(path).href)
  const isGenuine = functionOf(module, 'isGenuine')
  const timestampS = Math.floor(Date.now() / 1000)
  for (const secret of [SECRET, 'correct horse battery staple']) {
    const headers = signatureHeaders(secret, { ...EVENT, timestampS })
    expect(isGenuine(secret, headers, EVENT.body)).toBe(true)
    expect(isGenuine(secret, headers, `${EVENT.body} `)).toBe(false)
    expect(isGenuine('another secret', headers, EVENT.body)).toBe(false)
    expect(isGenuine(secret, { ...headers, 'webhook-id': 'msg_2' }, EVENT.body)).toBe(false)
    const old = signatureHeaders(secret, { ...EVENT, timestampS: timestampS - 301 })
    expect(isGenuine(secret, old, EVENT.body)).toBe(false)
    expect(isGenuine(secret, {}, EVENT.body)).toBe(false)
  }
})

const functionOf = (module: unknown, name: string): (...given: unknown[]) => unknown => {
  const found: unknown = Object.entries(Object(module)).find(([key]) => key === name)?.[1]
  if (typeof found !== 'function') throw new Error(`the example has no ${name}`)
  return (...given) => found(...given)
}
