/** A customer's own server is told of a call on each runtime, also what it did not take at first. */
import { Webhook } from 'standardwebhooks'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plain, startHttpServer } from '../support/http-server.ts'
import { type RuntimeName, RUNTIMES, startTestService, until } from '../support/servers.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const LINE = '+15005550198'

const names = Object.keys(RUNTIMES) as RuntimeName[]

describe.each(names)('on %s', (name) => {
  test('of its beginning, its end and what was said, in order and signed', async () => {
    const server = await startHttpServer((request, response, nth) =>
      plain('', nth === 1 ? 503 : 204)(request, response, nth)
    )
    const customer = `customer: Told
numbers: ["${LINE}"]
agent: { instructions: You answer the phone., greeting: Thanks for calling. }
webhooks: [{ url: "${server.url}/calls", secret: "\${env:CRM_SECRET}" }]
`
    const service = await startTestService(name, { CRM_SECRET: SECRET }, { told: customer })
    try {
      await writeFile(
        join(service.configFolder, 'tandem.yaml'),
        'network: { allowPrivate: ["127.0.0.1/32"] }\n',
      )
      await until('the network is allowed', () => service.log().includes('config.reloaded'))
      await service.hasRoom()
      const call = service.call({ to: LINE })
      const line = await call.started
      await until('the greeting was heard', () => line.nowMs() > 3_500)
      call.hangUp()
      await call.done
      await until('the server was told', () => server.received.length === 4, 20_000)
      const told = server.received.map(({ headers, body }) =>
        new Webhook(SECRET).verify(body, {
          'webhook-id': String(headers['webhook-id']),
          'webhook-timestamp': String(headers['webhook-timestamp']),
          'webhook-signature': String(headers['webhook-signature']),
        })
      )
      expect(told).toMatchObject([
        { type: 'call.started' },
        { type: 'call.started', data: { customer: 'told', line: LINE } },
        { type: 'call.ended', data: { endReason: 'caller-hung-up' } },
        { type: 'transcript.final', data: { lines: [{ kind: 'agent' }] } },
      ])
    } finally {
      await service.stop()
      await server.stop()
    }
  })
})
