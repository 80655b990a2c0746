/** docs/outbound.md says what is true: its file is a customer's, its bodies are taken, its command is one. */
import { describe, expect, test } from 'vitest'
import type { Order } from '../../src/outbound/order.ts'
import { readText } from '../../src/runtime/files.ts'
import { problemsOf } from '../config/sources.ts'
import { createProgram } from '../cli/program-fixture.ts'
import { createAppFixture } from '../http/app-fixture.ts'

const docs = await readText(new URL('../../docs/outbound.md', import.meta.url))
const blocks = (language: string) =>
  [...docs.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, text]) => text)

const createFixture = () => {
  const orders: Order[] = []
  const fixture = createAppFixture({
    outbound: {
      place: (order) => {
        orders.push(order)
        return Promise.resolve({ code: 'draining', message: 'not now' })
      },
      get: () => undefined,
      cancel: () => Promise.resolve(undefined),
      answered: () => Promise.resolve(undefined),
      progressed: () => Promise.resolve(),
      detected: () => {},
    },
  })
  const post = (path: string, body: string) =>
    fixture.app.request(`/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-operator-token' },
      body,
    })
  return { orders, post }
}

describe('docs/outbound.md', () => {
  test('has a customer file without a mistake', () => {
    const files = blocks('yaml')
    expect(files).toHaveLength(1)
    expect(problemsOf(files[0])).toEqual([])
  })

  test('has bodies that the API takes', async () => {
    const [order, token] = blocks('json')
    const { orders, post } = createFixture()
    expect((await post('/calls', order)).status).toBe(503)
    expect(orders).toEqual([{
      to: '+351213456789',
      line: '+15005550006',
      variables: { name: 'Ana', day: 'Friday at ten' },
      metadata: { ticket: '17' },
      withinMs: 120_000,
    }])
    expect((await post('/voice-token', token)).status).toBe(200)
  })

  test('has a command that there is', async () => {
    const [command] = blocks('sh')
    const typed = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) =>
      quoted ?? bare
    )
    expect(typed[0]).toBe('tandem')
    const { run, err } = createProgram({ TANDEM_OPERATOR_TOKEN: 't', TANDEM_SECRET: 's' })
    // It gets as far as asking a service, of which there is none.
    expect(await run(...typed.slice(1), '--url', 'http://127.0.0.1:9')).toBe(1)
    expect(err.join('\n')).toContain('nothing answers at http://127.0.0.1:9')
  })

  test('names every way in which a call is refused', async () => {
    const source = await readText(
      new URL('../../src/http/operate/placed-calls.ts', import.meta.url),
    )
    const codes = [...source.matchAll(/^ {2}'?([a-z-]+)'?: (\d{3}),$/gm)]
    expect(codes).toHaveLength(12)
    for (const [, code, status] of codes) {
      expect(docs).toMatch(new RegExp(`\\| .*\`${code}\`.* \\| ${status} \\|`))
    }
  })
})
